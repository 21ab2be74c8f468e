"""Wrong passwords cost time: per account and per address, counted in Redis."""

import hashlib

from redis.exceptions import RedisError

from config.connections import redis_client
from config.errors import UnreachableError
from config.settings import settings

_FIRST_WAIT_MS = 1_000

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local free, first, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for _, key in ipairs(KEYS) do
  local wait = tonumber(redis.call('HGET', key, 'until') or 0) - now
  if wait > 0 then return wait end
end
for _, key in ipairs(KEYS) do
  local tries = redis.call('HINCRBY', key, 'tries', 1)
  local wait = 0
  if tries >= free then
    wait = math.min(first * 2 ^ math.min(tries - free, 40), longest)
    redis.call('HSET', key, 'until', string.format('%.0f', now + wait))
  end
  redis.call('PEXPIRE', key, string.format('%.0f', wait + tonumber(ARGV[4])))
end
return 0
"""
_FORGIVE = """
redis.call('DEL', KEYS[1])
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HDEL', KEYS[2], 'until')
  if redis.call('HINCRBY', KEYS[2], 'tries', -1) <= 0 then
    redis.call('DEL', KEYS[2])
  end
end
return 0
"""


class ThrottleAwayError(UnreachableError):
    """Redis does not answer, so tries cannot be counted, so none is allowed."""

    code = "sign_in_unavailable"

    def __init__(self) -> None:
        super().__init__("signing in is not possible just now; try again in a moment")


def take_try(*, account: str, address: str) -> bool:
    """
    Count one try before its password is looked at; return whether it is too early.

    Tries are counted first and forgiven when the password was right, so that many at
    once are not more than one after the other. One that comes too early is not
    counted: nobody can keep an account shut by knocking.

    Args:
        account: What the person calls themselves, whether such an account exists or
            not; empty if only the address is to be counted.
        address: Where they knock from: an address, or the network of one household.

    Raises:
        ThrottleAwayError: Redis does not answer.

    Source: OWASP Authentication Cheat Sheet, login throttling.
    """
    section = settings().accounts
    words = (
        section.free_tries,
        _FIRST_WAIT_MS,
        int(section.longest_wait.total_seconds() * 1000),
        int(section.tries_remembered.total_seconds() * 1000),
    )
    return _call(_TAKE, _keys(account, address), *words) > 0


def forgive_try(*, account: str, address: str) -> None:
    """
    Forget an account's wrong passwords, and the one try of the address.

    Others may knock from there too: a right password of one does not make the wrong
    ones of another undone.

    Raises:
        ThrottleAwayError: Redis does not answer.
    """
    keys = _keys(account, address)
    _call(_FORGIVE, keys if account else ["throttle:nobody", *keys])


def _keys(account: str, address: str) -> list[str]:
    digest = hashlib.sha256(account.encode()).hexdigest()
    keys = [f"throttle:account:{digest}"] if account else []
    return [*keys, f"throttle:address:{address}"]


def _call(script: str, keys: list[str], *words: int) -> int:
    try:
        return int(redis_client().eval(script, len(keys), *keys, *words))
    except RedisError as away:
        raise ThrottleAwayError from away
