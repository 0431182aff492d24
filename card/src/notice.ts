// What came of the last command or work, for as long as that is news.

import type { ReactiveControllerHost } from "lit";

/** What comes of work is said around its end, which the status shows sooner or later. */
export const AROUND_WORK = ["idle", "maintenance", "paused", "offline"];

/** Milliseconds that it is news how work ended, while nothing else happens. */
const NEWS = 300_000;

type Status = string | undefined;

export class Notice {
  text?: string;
  /** The statuses it is said in. With another one it is history. */
  private during: Status[] = [];
  private ends = Infinity;
  private timer?: ReturnType<typeof setTimeout>;
  private status: Status;
  private task: unknown;

  constructor(private readonly host: ReactiveControllerHost & { isConnected: boolean }) {
    host.addController(this);
  }

  hostConnected(): void {
    this.startTimer();
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
  }

  /** Show a text; `isNews`: it has an end of its own, if the status does not change. */
  show(text: string | undefined, during: Status[], isNews: boolean): void {
    this.text = text;
    this.during = during;
    this.ends = text && isNews ? Date.now() + NEWS : Infinity;
    this.startTimer();
    this.host.requestUpdate();
  }

  readonly drop = (): void => this.show(undefined, [], false);

  /** Take the status of the device and its work, and drop what is history by that, unless it is for good. */
  follow(status: Status, task: unknown, isForGood: boolean): void {
    // What went wrong with a device that was off is mended; what was good news stays true.
    const isBack = this.status === "offline" && status !== "offline" && this.ends === Infinity;
    const begins = task !== undefined && this.task === undefined;
    this.status = status;
    this.task = task;
    // Timers stand still in a page that sleeps.
    const isOver = isBack || begins || !this.during.includes(status) || Date.now() >= this.ends;
    if (isOver && !isForGood) this.drop();
  }

  private startTimer(): void {
    clearTimeout(this.timer);
    if (this.ends < Infinity && this.host.isConnected) this.timer = setTimeout(this.drop, this.ends - Date.now());
  }
}
