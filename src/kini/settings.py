"""Django settings, derived from the environment (core/environment.py) and the list of rooms (rooms.py)."""

from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

from kini.core import environment, logging_config, mail_settings
from kini.rooms import ROOMS

ENV = environment.read()
DEBUG = False
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = list(ENV.hosts)
CITY_PATH = ENV.city
CITY_FACE = "kini.city.pack.current"  # by name, since `web` is below `city`
VAR_PATH = ENV.var

INSTALLED_APPS = [
    *ROOMS,
    *ENV.plugins,
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "django_htmx",
]

MIDDLEWARE = [
    "kini.core.middleware.RequestContext",
    "kini.core.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "kini.api.middleware.ApiMiddleware",
    "kini.core.request_guard.RequestGuard",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kini.web.page_cache.AnonymousPageCache",
    "kini.web.offline_pages.OfflinePageMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "kini.people.sessions.LimitedSessionMiddleware",
    "kini.web.language.CityLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kini.web.csrf.SameOriginCsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kini.people.officer_access.OfficerAccessMiddleware",
    "kini.web.error_middleware.RefusalMiddleware",
]

ROOT_URLCONF = "kini.urls"
WSGI_APPLICATION = "kini.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kini.city.pages.city_context",
                "kini.web.context_processors.layout_context",
            ],
            "builtins": ["kini.web.templatetags.kini", "django.templatetags.i18n"],
        },
    }
]


#: Django writes joins in a good order; planning ten of them in every order took 13 of 14 ms.
PLANNER = "-c join_collapse_limit=3 -c from_collapse_limit=3"


def database(url: str) -> dict[str, object]:
    """Database settings from a libpq URL, with a connection pool."""
    parts = conninfo_to_dict(url) if url else {}
    parts["options"] = f"{parts.get('options', '')} {PLANNER}".strip()
    return {
        "ENGINE": "kini.core.database.postgresql",
        "NAME": parts.pop("dbname", "kini"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # Never prepare statements of the ORM (core/database/compiled_queries.py does it where it pays).
        # An idle connection costs 5 MB in the database: each half minute one that was not needed is closed.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10, "max_idle": 30},
            "prepare_threshold": 2**31,
            **parts,
        },
    }


DATABASES = {"default": database(ENV.database_url)}
#: Role that owns and migrates the tables (core/database/database_roles.py); None: the same role.
OWNER_DATABASE = database(ENV.owner_database_url) if ENV.owner_database_url else None
#: default: short-lived data that all processes share (authorization codes, allauth's counters). pages: rendered pages,
#: per process (web/page_cache.py).
CACHES = {
    "default": {
        "BACKEND": "kini.core.encrypted_cache.EncryptedDatabaseCache",
        "LOCATION": "core_cacheentry",
        "KEY_FUNCTION": "kini.core.encrypted_cache.hashed_key",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}
#: Seconds for which a process may use cached tables and services of the city before it checks for changes.
HELD_SECONDS = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = [
    "kini.core.events",
    "kini.core.delivery",
    "kini.core.chain.heads",
    "kini.core.orphaned_files",
]
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful", "update_heartbeat_interval": 5}
MAILERS = mail_settings.parse_mailers(ENV.mail_url)
DEFAULT_FROM_EMAIL = ENV.mail_from or f"kini@{ENV.hosts[0]}"

AUTH_USER_MODEL = "people.User"
#: The second keeps sessions valid that it opened.
AUTHENTICATION_BACKENDS = [
    "kini.people.auth_backend.AccountBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "people:sign-in"
LOGOUT_URL = "people:sign-out"
LOGIN_REDIRECT_URL = "web:home"
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxies
ACCOUNT_ADAPTER = "kini.people.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone*", "email"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION = "none"  # signing in with a number or address verifies it
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_REDIRECT_URL = "web:home"
MFA_ADAPTER = "kini.people.mfa.MfaAdapter"
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.production

IDP_OIDC_ADAPTER = "kini.people.oidc_adapter.OidcAdapter"
IDP_OIDC_PRIVATE_KEY = ENV.signing_key
IDP_OIDC_ACCESS_TOKEN_FORMAT = "opaque"  # noqa: S105
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 24 * 3600

LANGUAGE_CODE = "en"  # of the texts in the code; the city pack has the default language of users
USE_I18N = True
LOCALE_PATHS = [environment.ROOT / "src" / "kini" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "kini_language"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_PATH / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_PATH / "files"}},
    "staticfiles": {"BACKEND": "kini.web.static_build.StaticStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = [
    "kini.core.upload_handlers.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "kini.core.upload_handlers.SpooledUpload",
]

SESSION_ENGINE = "kini.people.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.production
if ENV.production:  # browsers accept this prefix only over TLS and from this host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.production else None
SECURE_HSTS_SECONDS = 31_536_000 if ENV.production else 0
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "style-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
CSRF_FAILURE_VIEW = "kini.web.pages.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING_CONFIG = None
logging_config.configure(ENV.log_format, ENV.log_level)
