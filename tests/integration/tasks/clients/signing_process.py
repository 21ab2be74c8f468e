"""A process that wants a token at the same instant as others: prints its digest."""

import asyncio
import sys
from hashlib import sha256

from config.connections import async_redis_client, close_async_redis_client
from tasks.clients.multilogin import open_multilogin


async def want_token() -> str:
    """Return the digest of the token, after the signal to begin."""
    redis = async_redis_client()
    await redis.incr("ready")
    while not await redis.exists("begin"):  # noqa: ASYNC110 - a signal between processes
        await asyncio.sleep(0.005)
    async with open_multilogin() as multilogin:
        token = await multilogin.sign_in.token()
    await close_async_redis_client()
    return sha256(token.encode()).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(want_token()))
