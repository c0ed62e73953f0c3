"""The virtual clock: waiting costs nothing, wake-ups come in order, and the hands stand while anybody works."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from diembao.ports import Timer
from diembao.sample.clock import VirtualClock

START = datetime(2026, 6, 26, tzinfo=UTC)


def test_sleeping_moves_the_hands_and_takes_no_time() -> None:
    """A month of sleeping in steps of ten minutes passes at once and exactly."""
    clock: Timer = VirtualClock(START)
    began = time.monotonic()

    async def run() -> None:
        for _ in range(6 * 24 * 30):
            await clock.sleep(600)

    asyncio.run(run())
    assert clock.now() == START + timedelta(days=30)
    assert time.monotonic() - began < 20


def test_sleepers_wake_in_order_whoever_came_first() -> None:
    """Several sleepers wake by the time they asked for, and each sees its own moment."""
    clock = VirtualClock(START)
    log: list[tuple[str, float]] = []

    async def actor(name: str, pause: float, rounds: int) -> None:
        for _ in range(rounds):
            await clock.sleep(pause)
            log.append((name, (clock.now() - START).total_seconds()))

    async def run() -> None:
        await asyncio.gather(actor("slow", 50, 2), actor("quick", 20, 5), actor("odd", 35, 2))

    asyncio.run(run())
    assert log == [
        ("quick", 20.0), ("odd", 35.0), ("quick", 40.0), ("slow", 50.0), ("quick", 60.0), ("odd", 70.0),
        ("quick", 80.0), ("slow", 100.0), ("quick", 100.0),
    ]  # fmt: skip


def test_others_get_their_turn_before_the_hands_move() -> None:
    """A task that is ready does its work at the old time although another one already sleeps."""
    clock = VirtualClock(START)
    seen: list[datetime] = []

    async def busy() -> None:
        for _ in range(8):
            await asyncio.sleep(0)
            seen.append(clock.now())

    async def run() -> None:
        await asyncio.gather(clock.sleep(3600), busy())

    asyncio.run(run())
    assert set(seen) == {START}
    assert clock.now() == START + timedelta(hours=1)


def test_hands_stand_still_while_a_thread_works() -> None:
    """Work announced from another thread holds the time for everybody."""
    clock = VirtualClock(START)
    seen: list[datetime] = []
    begun = threading.Event()

    def work() -> None:
        with clock.working():
            begun.set()
            time.sleep(0.05)
            seen.append(clock.now())

    async def run() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        begun.wait(5)
        await clock.sleep(86_400)
        thread.join()

    asyncio.run(run())
    assert seen == [START]
    assert clock.now() == START + timedelta(days=1)


def test_a_patient_clock_waits_for_answers_on_sockets() -> None:
    """With patience a fetch that runs beside a sleeper ends before the hands move."""
    clock = VirtualClock(START, patience_s=0.02)
    seen: list[datetime] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"answer\n")
        writer.close()

    async def fetch(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"ask\n")
        assert await reader.readline() == b"answer\n"
        seen.append(clock.now())
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(clock.sleep(60), fetch(port))
        server.close()

    asyncio.run(run())
    assert seen == [START]
    assert clock.now() == START + timedelta(minutes=1)


def test_a_clock_serves_one_loop_after_the_other() -> None:
    """A loop that was stopped while somebody slept does not hold up the next."""
    clock = VirtualClock(START)

    async def leave() -> None:
        sleeper = asyncio.ensure_future(clock.sleep(1000))
        await asyncio.sleep(0)
        assert not sleeper.done()

    asyncio.run(leave())
    asyncio.run(clock.sleep(10))
    assert clock.now() == START + timedelta(seconds=10)


def test_a_cancelled_sleeper_does_not_move_the_hands() -> None:
    """Who gave up waiting is forgotten."""
    clock = VirtualClock(START)

    async def run() -> None:
        waiting = asyncio.create_task(clock.sleep(1_000_000))
        await asyncio.sleep(0)
        waiting.cancel()
        await clock.sleep(5)

    asyncio.run(run())
    assert clock.now() == START + timedelta(seconds=5)
    asyncio.run(clock.sleep(1))
    assert clock.now() == START + timedelta(seconds=6)


def test_moved_by_hand() -> None:
    """`advance` moves the hands forward only, and a moment without a zone is refused."""
    clock = VirtualClock(START)
    clock.advance(90)
    assert clock.now() == START + timedelta(seconds=90)
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 1))
