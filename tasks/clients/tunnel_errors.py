"""What can go wrong with a tunnel; an error that is retryable may pass by itself."""

from config.errors import (
    ApplicationError,
    InvalidError,
    RefusedError,
    SetupError,
    UnreachableError,
)


class TunnelFileError(InvalidError):
    """A configuration file asks for what a tunnel of ours must not or cannot do."""

    code = "vpn_configuration_refused"

    def __init__(self, message: str, *, line: int | None = None) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{message}")
        if line:
            self.details["line"] = line


class TunnelUnavailableError(SetupError):
    """This machine lacks what the tunnel needs; the message says what."""

    code = "vpn_unavailable"


class TunnelCredentialsError(RefusedError):
    """The VPN server does not let us in."""

    code = "vpn_credentials_refused"


class TunnelRefusedError(RefusedError):
    """The VPN server, or our own client of it, says that this cannot work."""

    code = "vpn_refused"


class TunnelUnreachableError(UnreachableError):
    """The VPN server does not answer."""

    code = "vpn_unreachable"


class TunnelDroppedError(UnreachableError):
    """A tunnel that was there is gone."""

    code = "tunnel_dropped"


class ExitUnverifiedError(UnreachableError):
    """Nobody outside could be asked by which address the tunnel leaves."""

    code = "exit_not_verified"


_KINDS: tuple[type[ApplicationError], ...] = (
    TunnelFileError,
    TunnelUnavailableError,
    TunnelCredentialsError,
    TunnelRefusedError,
    TunnelUnreachableError,
    TunnelDroppedError,
    ExitUnverifiedError,
)


def tunnel_error(code: str, message: str) -> ApplicationError:
    """Return the error that another process noted by its code."""
    kind = next((one for one in _KINDS if one.code == code), TunnelUnreachableError)
    return kind(message)
