"""The program: `python -m tests.soak --help`."""

import argparse
import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import fields, replace
import gc
import logging
from pathlib import Path
import random
import re
import sys
import tempfile
import time
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import custom_components
from custom_components.flux3dp.timing import TIMING
from simulator import Device, DeviceConfig, Timing
from tests.keys import MASTER_KEYS, VENDOR_KEY

from .home import Home, environment
from .judge import Judge
from .remains import growth, remains, return_freed_memory
from .subject import Subject
from .trouble import Say, Trouble

assert custom_components  # Ours, before the plugin's package of that name is found.

#: Limits of one exchange: a busy machine needs them, whatever the pace.
_LIMITS = {"connect", "handshake", "challenge_rest", "command", "connection_stuck"}

_BOOT = 10.0

#: How the log says that a fault begins.
_FAULT = re.compile(r": (\w+) \d+ s \d\.\d\d ")

#: What a stop or a start of Home Assistant may take, s, whatever else the machine does.
_LONGEST = 300


def _paced(timing: Any, pace: float, keep: frozenset[str] = frozenset()) -> Any:
    """Return a `Timing` of either side with all intervals times `pace`."""
    values = {each.name: getattr(timing, each.name) for each in fields(timing)}
    return replace(
        timing,
        **{
            name: value * pace
            for name, value in values.items()
            if isinstance(value, float) and name not in keep
        },
    )


def _master_key(number: int) -> bytes:
    if number < len(MASTER_KEYS) - 1:  # The last is the spare one.
        return MASTER_KEYS[number]
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _subject(number: int, pace: float) -> Subject:
    addresses = (f"127.0.60.{number + 1}", f"127.0.61.{number + 1}")
    timing = _paced(Timing(), pace, frozenset({"job_speed"}))
    config = DeviceConfig(
        address=addresses[0],
        generation=1 + number % 2,
        uuid=f"{number + 1:032x}",
        serial=f"FD1A{number:06}",
        name=f"Device {number + 1}",
        master_key=_master_key(number),
        vendor_key=VENDOR_KEY,
        # No real device boots within seconds of its last announcement.
        timing=replace(timing, job_speed=1 / pace, boot=_BOOT * pace),
    )
    return Subject(Device(config), addresses)


async def _restart(home: Home, judge: Judge, subjects: list[Subject], say: Say) -> None:
    """Restart Home Assistant, as much as a process can."""
    say("Home Assistant restarts")
    async with AsyncExitStack() as stack:
        for each in subjects:
            stack.enter_context(each.disturbed())
        async with asyncio.timeout(_LONGEST):
            await home.stop()
        say("Home Assistant is off")
        async with asyncio.timeout(_LONGEST):
            await home.start()
        judge.attend()
    say("Home Assistant is back")


async def _chaos(
    seconds: float, home: Home, judge: Judge, troubles: list[Trouble], options: Any
) -> None:
    """Let everything happen for a while, then let everything end well."""
    chance = random.Random(f"{options.seed} home {seconds}")
    subjects, pace, say = options.subjects, options.pace, options.say
    lives = [asyncio.create_task(each.live()) for each in troubles]
    lives += [asyncio.create_task(each.suffer()) for each in troubles]
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        pause = chance.uniform(0.3, 1) * min(seconds / 2, 400 * pace)
        done, _ = await asyncio.wait(
            lives, timeout=min(left, pause), return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            lives.remove(task)
            judge.find(f"the soak itself failed: {task.exception()!r}")
        if pause < left and not done:
            await _restart(home, judge, subjects, say)
        for each in subjects:
            each.device.received.clear()
    say("calm")
    for task in lives:
        task.cancel()
    await asyncio.gather(*lives, return_exceptions=True)
    now = asyncio.get_running_loop().time()
    for each in subjects:
        device = each.device
        device.faults.clear()
        device.player.held.clear()
        each.disturbances.append([now, now + 10 * pace])
        device.change_head("EXTRUDER")
        device.free()
        if device.master_key.public_der != each.master_public_der:
            await device.swap_master_key(device.config.master_key)
    await asyncio.gather(*(each.device.reboot() for each in subjects))
    # A backoff of theirs may have grown to five minutes.
    await judge.all_back(max(60.0, 330 * pace))


async def _last_job(subjects: list[Subject], pace: float) -> None:
    """Have each device do one more job, which nothing disturbs."""
    await asyncio.sleep(42 * pace)
    for each in subjects:
        each.start()
    await asyncio.sleep(12 * pace)
    for each in subjects:
        each.device.job.finish()
    await asyncio.sleep(12 * pace)
    for each in subjects:
        with suppress(LookupError):
            each.device.player.quit()
    await asyncio.sleep(4 * pace)


async def soak(options: Any) -> list[str]:
    """Run it all, and return what was found."""
    options.subjects = subjects = [
        _subject(number, options.pace) for number in range(options.devices)
    ]
    async with AsyncExitStack() as stack:
        for each in subjects:
            await stack.enter_async_context(each.device)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(environment(_paced(TIMING, options.pace, _LIMITS)))
        home = Home(Path(folder), [each.device for each in subjects])
        judge = Judge(subjects, home, options.pace, options.say)
        logging.getLogger().addHandler(judge)
        await home.start()
        judge.attend()
        watch = asyncio.create_task(judge.watch())
        troubles = [
            Trouble(each, home, f"{options.seed} {number}", options.pace, options.say)
            for number, each in enumerate(subjects)
        ]
        options.say(f"{options.devices} devices, seed {options.seed}")
        await _chaos(options.seconds * 0.2, home, judge, troubles, options)
        before = await remains(home, 12 * options.pace)
        options.say(f"after warm-up: {before}")
        await _chaos(options.seconds * 0.8, home, judge, troubles, options)
        after = await remains(home, 12 * options.pace)
        options.say(f"after all: {after}")
        for grown in growth(before, after):
            judge.find(grown)
        await _last_job(subjects, options.pace)
        await judge.all_back(max(30.0, 60 * options.pace))
        judge.sum_up()
        if watch.done():
            judge.find(f"the soak itself failed: {watch.exception()!r}")
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await home.stop()
        logging.getLogger().removeHandler(judge)
    gc.collect()
    return judge.findings


def main() -> int:
    """Run it as the arguments say; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument(
        "--pace", type=float, default=1.0, help="of all intervals; 1 is real devices'"
    )
    parser.add_argument("--folder", type=Path, default=Path(".run/soak"))
    options = parser.parse_args()
    options.seconds = options.minutes * 60
    options.folder.mkdir(parents=True, exist_ok=True)
    log = options.folder / f"seed-{options.seed}.log"
    begin = time.monotonic()
    print(f"seed {options.seed}, log in {log}", flush=True)
    with log.open("w", encoding="utf-8") as file:

        def say(words: str) -> None:
            print(f"{time.monotonic() - begin:9.3f} {words}", file=file, flush=True)

        options.say = say
        return_freed_memory()
        logging.captureWarnings(True)
        findings = asyncio.run(soak(options))
        say(f"{len(findings)} findings")
    lines = log.read_text(encoding="utf-8").splitlines()
    faults = Counter(found[1] for found in map(_FAULT.search, lines) if found)
    print(f"{faults.total()} faults: {dict(faults)}")
    for line in lines:
        if any(words in line for words in (" FOUND ", " jobs ", " after ", "events {")):
            print(line)
    print(f"{len(findings)} findings in {time.monotonic() - begin:.0f} s")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
