"""One event loop for all that a notebook awaits, made when it is needed first: `asyncio` takes 30 ms to load."""
import inspect

_made = []


def event_loop():
    import asyncio

    if not _made:
        _made.append(asyncio.new_event_loop())
        asyncio.set_event_loop(_made[0])
    return _made[0]


async def waited_for(awaitable):
    return await awaitable


def run(awaitable):
    loop = event_loop()
    task = loop.create_task(waited_for(awaitable))
    try:
        return loop.run_until_complete(task)
    except BaseException as error:
        if task.done():
            raise
        raise error from interruption(task, loop)


def interruption(task, loop):
    """A signal came while nothing of the task ran: it may clean up, and the error tells where it waited."""
    import asyncio

    task.cancel()
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError as cancelled:
        return cancelled
    return None


def settle(value, limit):
    """Awaits what is to be awaited, and runs a generator to its end: it has done nothing before."""
    if inspect.isawaitable(value):
        return settle(run(value), limit)
    if inspect.isgenerator(value):
        return drain(iter(value), limit)
    if inspect.isasyncgen(value):
        return drain(iter_async(value), limit)
    return value


def iter_async(generator):
    while True:
        try:
            yield run(generator.__anext__())
        except StopAsyncIteration:
            return


def drain(values, limit):
    """The values, as many as a result can have and one more: then it is known to be too large."""
    kept = []
    for value in values:
        if len(kept) <= limit:
            kept.append(value)
    return kept


def close():
    """As `asyncio.run` ends: what still waits is cancelled and may clean up."""
    if not _made:
        return
    import asyncio

    loop = _made.pop()
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.wait(pending))
    loop.run_until_complete(loop.shutdown_asyncgens())
