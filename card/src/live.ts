// A live picture that is fetched only while it can be seen.
//
// MJPEG is one request that never ends: it holds the device's camera until the browser drops it. So it ends when the card
// leaves the screen or the page is hidden, and begins anew when it is seen again.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Milliseconds before another try; doubled for each that failed. */
const RETRY = 4_000;
const RETRY_MOST = 60_000;

export class LivePicture implements ReactiveController {
  /** Whether a picture has come since the last beginning. */
  shown = false;
  private image?: HTMLImageElement;
  private entity?: string;
  private streaming = false;
  private running = false;
  private onScreen = false;
  private failures = 0;
  private retry?: ReturnType<typeof setTimeout>;
  private observer?: IntersectionObserver;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.update);
    this.observe();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.update);
    this.observer?.disconnect();
    this.observer = undefined;
    this.onScreen = false;
    this.update();
  }

  /** Lit's `ref`: the image that is on the page now, undefined once it is not. */
  readonly attach = (element?: Element): void => {
    if (element === this.image) return;
    this.end();
    this.image?.removeEventListener("load", this.loaded);
    this.image?.removeEventListener("error", this.failed);
    this.image = element instanceof HTMLImageElement ? element : undefined;
    this.image?.addEventListener("load", this.loaded);
    this.image?.addEventListener("error", this.failed);
    this.observe();
  };

  /** Say which camera the image is of. `streaming` is what Home Assistant knows of it, `url` where its pictures are now. */
  show(entity: string, streaming: boolean, url: () => string): void {
    const another = entity !== this.entity;
    // It was, and is not: the request is still open, and no picture comes.
    const stopped = this.streaming && !streaming && this.running && this.shown;
    this.entity = entity;
    this.streaming = streaming;
    this.url = url;
    if (another) {
      this.failures = 0;
      this.end();
    } else if (stopped) this.failed();
    this.update();
  }

  private url: () => string = () => "";

  private observe(): void {
    this.observer?.disconnect();
    this.observer = undefined;
    if (!this.image) return;
    this.observer = new IntersectionObserver((entries) => {
      this.onScreen = entries.at(-1)?.isIntersecting ?? false;
      this.update();
    });
    // Its frame, which has a size before there is a picture.
    this.observer.observe(this.image.parentElement ?? this.image);
  }

  private readonly update = (): void => {
    const seen = this.image !== undefined && this.entity !== undefined && this.onScreen && !document.hidden;
    if (!seen) this.end();
    else if (!this.running && this.retry === undefined && this.image) {
      this.running = true;
      this.image.src = this.url();
    }
  };

  private end(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    if (!this.running) return;
    this.running = false;
    this.shown = false;
    this.image?.removeAttribute("src");
    this.host.requestUpdate();
  }

  private readonly loaded = (): void => {
    if (!this.running || this.shown) return;
    this.failures = 0;
    this.shown = true;
    this.host.requestUpdate();
  };

  private readonly failed = (): void => {
    if (!this.running) return;
    this.end();
    this.retry = setTimeout(
      () => {
        this.retry = undefined;
        this.update();
      },
      Math.min(RETRY * 2 ** this.failures++, RETRY_MOST),
    );
  };
}
