"""What a person can do with tunnels; a connect is a flow, a disconnect cannot wait."""

from datetime import timedelta

from config.settings import settings
from flows.dispatch import run_attached
from flows.vpn_connect import connect_vpn
from tasks.vpn import connect as tunnels
from tasks.vpn.schemas import (
    ConnectAnswer,
    ConnectRequest,
    DisconnectAnswer,
    DisconnectRequest,
)

_SPARE = timedelta(seconds=10)


async def connect(request: ConnectRequest) -> ConnectAnswer:
    """
    Connect a tunnel, and return once its exit was seen from outside.

    Raises:
        LocationNotFoundError: There is no such location.
        TunnelFileError: Its configuration file is not one that we follow.
        SetupError: This machine lacks something; the message says what.
        OutsideError: The VPN or Prefect does not do its part.
    """
    answer = await run_attached(
        connect_vpn,
        parameters={
            "location": request.location,
            "protocol": request.protocol.value if request.protocol else None,
        },
        timeout=settings().vpn.connect_timeout + _SPARE,
    )
    return ConnectAnswer.model_validate(answer)


async def disconnect(request: DisconnectRequest) -> DisconnectAnswer:
    """
    Take down a tunnel, or all; it needs no Prefect, so that it works whatever is away.

    Raises:
        DatabaseUnreachableError: The wish could not be written down.
    """
    return await tunnels.disconnect(request.location)
