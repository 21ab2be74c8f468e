"""The closed word lists; each word is stored and answered as it is written here."""

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CampaignRunState(StrEnum):
    """Where one run of a campaign is."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the run any more."""
        return self in _ENDED


_ENDED = {
    CampaignRunState.COMPLETED,
    CampaignRunState.FAILED,
    CampaignRunState.CANCELLED,
}


class Fate(StrEnum):
    """What became of one page, row or record that a campaign run was to read."""

    ACQUIRED = "acquired"
    DUPLICATE = "duplicate"
    """Its public profile was known from another page, row or run of the campaign."""

    UNCHANGED = "unchanged"
    """The host says that it is as it was when an earlier run read it: 304."""

    BARRED = "barred"
    """Its person asked to be forgotten; counted, and never listed."""

    EXCLUDED = "excluded"
    """A rule forbids it: robots.txt, a limit, a host that the source does not name."""

    GONE = "gone"
    """Its host says that it is not there: 404 or 410."""

    NO_PROFILE = "no_profile"
    """It states no public profile: empty, of another kind, or without a handle."""

    BLOCKED = "blocked"
    """Its host refuses us, or shows a page that blocks or asks for a captcha."""

    RATE_LIMITED = "rate_limited"
    """Its host wants more patience than a run has; nothing is wrong with the page."""

    LOST = "lost"
    """It was given up after all tries: no answer, server errors, cut off."""

    NOT_REACHED = "not_reached"
    """It was found, and has not had its turn; after the end of the run it never had."""

    @property
    def is_listed(self) -> bool:
        """Whether each of these is listed with its reason."""
        return self not in {
            Fate.ACQUIRED,
            Fate.DUPLICATE,
            Fate.UNCHANGED,
            Fate.BARRED,
        }


class Stage(StrEnum):
    """What a campaign run spends its time on, in the order of the work."""

    ACQUISITION = "acquisition"
    FILTERING = "filtering"
    REVIEW = "review"
    TRACKING = "tracking"


class Decision(StrEnum):
    """What a reviewer decided about a public profile, or that nobody has yet."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    MAYBE = "maybe"
    SKIPPED = "skipped"
    """A step of one reviewer, never a state: the public profile goes on waiting."""


class DecisionKind(StrEnum):
    """How a step of the review log came about."""

    SINGLE = "single"
    BATCH = "batch"
    UNDO = "undo"
    REOPEN = "reopen"
    ERASURE = "erasure"
    """Words were blanked in earlier lines, since they may name a person."""


class ReviewOrder(StrEnum):
    """What a reviewer is given first; `uncertainty`: the least sure scores."""

    SCORE = "score"
    UNCERTAINTY = "uncertainty"
    OLDEST = "oldest"


class EventType(StrEnum):
    """What a tracking event tells of."""

    ACQUISITION = "acquisition"
    FILTERING = "filtering"
    REVIEW = "review"
    CAMPAIGN = "campaign"
    BROWSER = "browser"
    CLOAK = "cloak"
    PROXY = "proxy"


class ProxyProtocol(StrEnum):
    """What a proxy speaks."""

    HTTP = "http"
    HTTPS = "https"
    SOCKS5 = "socks5"


class ProxyState(StrEnum):
    """Whether a proxy may be given out, and if not, why."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DRAINING = "draining"
    RETIRED = "retired"


class AccountSessionStatus(StrEnum):
    """Whether an account session, or a proxy, is to be used."""

    ACTIVE = "active"
    DISABLED = "disabled"


class ProxyVerb(StrEnum):
    """What a person did with a proxy, and may take back."""

    ENABLE = "enable"
    DISABLE = "disable"
    DRAIN = "drain"
    RETIRE = "retire"


class PinPolicy(StrEnum):
    """Who may move a pin: only a person, or Muster within the country of its proxy."""

    PERSON = "person"
    SAME_COUNTRY = "same_country"


class HistoryStep(StrEnum):
    """How long one point of a proxy's history is."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class BrowserState(StrEnum):
    """Where the browser of a browser profile is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"
    CRASHED = "crashed"

    @property
    def is_open(self) -> bool:
        """Whether there is a browser, or is about to be."""
        return self in {
            BrowserState.STARTING,
            BrowserState.RUNNING,
            BrowserState.STOPPING,
        }


class LeakVerdict(StrEnum):
    """What a leak test found of one kind; what nobody could know is inconclusive."""

    LEAK = "leak"
    CLEAN = "clean"
    INCONCLUSIVE = "inconclusive"


class LeakKind(StrEnum):
    """What can give away who is behind an exit."""

    IP = "ip"
    DNS = "dns"
    WEBRTC = "webrtc"
    TIMEZONE = "timezone"
    LOCALE = "locale"
    GEOLOCATION = "geolocation"
    HEADERS = "headers"


class LeakScope(StrEnum):
    """From where a leak test looked: inside a browser, or from Python beside it."""

    BROWSER = "browser"
    NETWORK = "network"


class LeakSubject(StrEnum):
    """What a leak test was about."""

    BROWSER_PROFILE = "browser_profile"
    PROXY = "proxy"
    VPN = "vpn"
    DIRECT = "direct"


class TunnelState(StrEnum):
    """Where a tunnel is; it is connected only when its exit was seen from outside."""

    CONNECTING = "connecting"
    VERIFYING = "verifying"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    DISCONNECTING = "disconnecting"
    DISCONNECTED = "disconnected"
    FAILED = "failed"


class TunnelProtocol(StrEnum):
    """By which means a tunnel is made."""

    OPENVPN = "openvpn"
    WIREGUARD = "wireguard"
    GLUETUN = "gluetun"


class Permission(StrEnum):
    """What an account may do; a route names exactly one."""

    CAMPAIGNS_READ = "campaigns.read"
    CAMPAIGNS_WRITE = "campaigns.write"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    BROWSER_PROFILES_READ = "browser_profiles.read"
    BROWSER_PROFILES_WRITE = "browser_profiles.write"
    PROXIES_READ = "proxies.read"
    PROXIES_WRITE = "proxies.write"
    PROXIES_SECRETS = "proxies.secrets"
    ANALYTICS_READ = "analytics.read"
    ANALYTICS_WRITE = "analytics.write"
    CLOAK_READ = "cloak.read"
    CLOAK_TEST = "cloak.test"
    CLOAK_CONNECT = "cloak.connect"
    ACCOUNT_OWN = "account.own"
    ACCOUNTS_READ = "admin.accounts.read"
    ACCOUNTS_WRITE = "admin.accounts.write"
    SECRETS_WRITE = "admin.secrets.write"
    PERSONS_FORGET = "admin.persons.forget"
    SERVICES_READ = "admin.services.read"
    ERRORS_READ = "admin.errors.read"
    LIMITS_READ = "admin.limits.read"


class Role(StrEnum):
    """A named set of permissions."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    REVIEWER = "reviewer"


class LimitClass(StrEnum):
    """What a request counts to; each class has a limit of its own."""

    GENERAL = "general"
    AUTH = "auth"
    DOWNLOAD = "download"
    ADMIN = "admin"
    INTERACTIVE = "interactive"


class ServiceState(StrEnum):
    """How a service does that Muster leans on."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class LoginActivityKind(StrEnum):
    """What happened to an account or one of its logins."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOGIN_ENDED = "login_ended"
    REFRESH_REUSED = "refresh_reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word


class PlexPinStatus(StrEnum):
    """Where a sign-in through Plex is."""

    PENDING = "pending"
    LINKED = "linked"
    EXPIRED = "expired"
