"""Settings, all of them from the environment.

docs/operations.md lists every variable, and a test holds the list to this file. Whatever production must not run
without has no default here, so that a missing value stops the start.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
import pghistory
from botocore.config import Config as S3Config
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from papyrus_site import database_tls, logs, mail_server
from papyrus_site.sign_in import configuration, discovery

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()

# Lets classes such as ModelForm[Customer] be written with their type parameter at run time too.
django_stubs_ext.monkeypatch()

for name in ("DJANGO_SECRET_KEY", "DJANGO_ALLOWED_HOSTS", "PGHOST", "PGUSER"):
    if not env.str(name).strip():
        raise ImproperlyConfigured(f"Set the {name} environment variable; it is empty")

SECRET_KEY = env.str("DJANGO_SECRET_KEY")
DEBUG = env.bool("DJANGO_DEBUG", default=False)
# Off on a developer's machine only, so this also tells whether we are in production.
HTTPS = env.bool("PAPYRUS_HTTPS", default=True)
if DEBUG and HTTPS:
    raise ImproperlyConfigured("Unset DJANGO_DEBUG: its pages show values, and PAPYRUS_HTTPS says that this is no desk")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS and HTTPS:
    raise ImproperlyConfigured("Name the hosts in DJANGO_ALLOWED_HOSTS: with * any request says what we are called")
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # Before django.contrib.admin and django.core: our templates and our `migrate` come first.
    "papyrus_site",
    "papyrus_site.sign_in",
    "invoices",
    "catalog",
    "history",
    "deploy",
    "papyrus_site.apps.AdminByRoles",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "axes",
    "import_export",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    # Every request has its log line, also those that the rest refuses; the probes must not be refused.
    "papyrus_site.middleware.RequestLogMiddleware",
    # Then whatever adds headers, so that refusals, probes and static files have them too.
    "papyrus_site.middleware.AnswerHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "deploy.health.middleware.ProbeMiddleware",
    "papyrus_site.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "papyrus_site.sign_in.middleware.SessionLimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "papyrus_site.sign_in.middleware.RenewalMiddleware",
    "papyrus_site.sign_in.middleware.SignInRequiredMiddleware",
    "papyrus_site.middleware.RecordedRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "papyrus_site.middleware.RefusedMethodMiddleware",
    "papyrus_site.middleware.UnstorableTextMiddleware",
    "papyrus_site.admin_requests.AdminRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "papyrus_site.urls"
WSGI_APPLICATION = "papyrus_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "papyrus_site.context.admin_access",
                "invoices.context.waiting_notes",
            ],
        },
    }
]

# --- Change history: docs/decisions/0029-change-history.md ---
# Of a change nobody asks by what it refers to; each of these indexes would slow down loads.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# --- PostgreSQL: the variables libpq knows by name ---
SCHEMA = "papyrus_schema"
# Where user and password are read again once the injected ones are refused, which is after a rotation.
DATABASE_SECRET_ARN = env.str("DATABASE_SECRET_ARN", default="")
PGSSLMODE = env.str("PGSSLMODE", default="require")
PGSSLROOTCERT = env.str("PGSSLROOTCERT", default="")
database_tls.require_good(host=env.str("PGHOST"), mode=PGSSLMODE, root_certificate=PGSSLROOTCERT, is_production=HTTPS)
DATABASES = {
    "default": {
        "ENGINE": "deploy.postgresql",
        "HOST": env.str("PGHOST"),
        "PORT": env.str("PGPORT", default="5432"),
        "NAME": env.str("PGDATABASE", default="papyrus"),
        "USER": env.str("PGUSER"),
        "PASSWORD": env.str("PGPASSWORD", default=""),
        # One connection a thread; a check before reuse keeps a database restart from becoming an error page.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": PGSSLMODE,
            "sslrootcert": PGSSLROOTCERT,
            "connect_timeout": 3,
            # A server that vanishes, as at a fail-over, says no farewell: without these the system would wait for a
            # quarter of an hour for its answer.
            "keepalives_idle": 2,
            "keepalives_interval": 1,
            "keepalives_count": 3,
            "tcp_user_timeout": 5_000,
            # The change history shows it, so commands add their names.
            "application_name": env.str("PGAPPNAME", default="papyrus"),
            "options": (
                f"-c search_path={SCHEMA},public -c lock_timeout=5s -c jit=off"
                " -c idle_in_transaction_session_timeout=60s -c statement_timeout=60s"
                # New names wait outside of the index of names until there are this many; searches read them all.
                " -c gin_pending_list_limit=64kB"
            ),
        },
    }
}

# --- Sign-in: docs/decisions/0023-sign-in.md ---
PROVIDER = configuration.provider(os.environ, https=HTTPS)
LOCAL_LOGIN = PROVIDER is None or env.bool("LOCAL_LOGIN", default=False)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "invoices:note_list"
LOGOUT_REDIRECT_URL = "login"
# Whom a user without a role is told to ask: a name, an address, an extension.
CONTACT = env.str("PAPYRUS_CONTACT", default="")
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    *(["django.contrib.auth.backends.ModelBackend"] if LOCAL_LOGIN else []),
    *(["papyrus_site.sign_in.backend.ProviderBackend"] if PROVIDER else []),
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "papyrus_site.sign_in.sessions"
# Idle for so long, and in use for so long, a session ends.
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=8 * 3600)
SESSION_LIMIT = env.int("SESSION_LIMIT", default=12 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
OIDC_RP_CLIENT_ID = PROVIDER.client_id if PROVIDER else ""
OIDC_RP_CLIENT_SECRET = PROVIDER.client_secret if PROVIDER else ""
# Asked for when they are needed: see discovery.
OIDC_OP_AUTHORIZATION_ENDPOINT = lazy(lambda: discovery.endpoints().authorization, str)()
OIDC_OP_TOKEN_ENDPOINT = lazy(lambda: discovery.endpoints().token, str)()
OIDC_OP_USER_ENDPOINT = lazy(lambda: discovery.endpoints().userinfo, str)()
OIDC_OP_JWKS_ENDPOINT = lazy(lambda: discovery.endpoints().jwks, str)()
OIDC_TOKEN_USE_BASIC_AUTH = lazy(lambda: discovery.endpoints().uses_basic, bool)()
OIDC_AUTHENTICATION_CALLBACK_URL = "oidc_callback"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_TIMEOUT = (2, 3)
# How many proxies stand before us, each of which appends to X-Forwarded-For.
TRUSTED_PROXIES = env.int("PAPYRUS_TRUSTED_PROXIES", default=0)
AXES_ENABLED = LOCAL_LOGIN
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCKOUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "papyrus_site.sign_in.lockout.client_address"
AXES_CLIENT_STR_CALLABLE = "papyrus_site.sign_in.lockout.client_words"
AXES_LOCKOUT_CALLABLE = "papyrus_site.sign_in.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
# The lock ends when its page says, however often somebody tries meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Language and time ---
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "papyrus_site" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("DJANGO_STATIC_ROOT", default=str(ROOT / "var" / "static")))
ARCHIVE_BUCKET = env.str("ARCHIVE_BUCKET", default="")
ARCHIVE_FOLDER = Path(env.str("ARCHIVE_FOLDER", default=str(ROOT / "var" / "archive")))
ARCHIVE = (
    {
        "BACKEND": "invoices.archive_places.BucketPlace",
        "OPTIONS": {
            "bucket_name": ARCHIVE_BUCKET,
            # Issuing waits for this, so a storage that hangs is given up soon; archive_pending catches up.
            "client_config": S3Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2}),
        },
    }
    if ARCHIVE_BUCKET
    else {"BACKEND": "invoices.archive_places.FolderPlace", "OPTIONS": {"location": ARCHIVE_FOLDER}}
)
STORAGES = {
    "archive": ARCHIVE,
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A note of 2,000 lines sends 10 fields a line, and a Japanese letter takes 9 bytes in a form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

# --- Mail: docs/operations.md, “Mail” ---
EMAIL_HOST = env.str("MAIL_HOST", default="")
EMAIL_PORT = env.int("MAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("MAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.str("MAIL_PASSWORD", default="")
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="papyrus@localhost")
MAIL = mail_server.configured(
    host=EMAIL_HOST,
    sender=DEFAULT_FROM_EMAIL,
    user=EMAIL_HOST_USER,
    security=env.str("MAIL_SECURITY", default=mail_server.Security.STARTTLS.value),
    is_production=HTTPS,
)
EMAIL_BACKEND = MAIL.backend
EMAIL_USE_TLS = MAIL.security is mail_server.Security.STARTTLS
EMAIL_USE_SSL = MAIL.security is mail_server.Security.TLS
# Only the queue waits for the server, and it tries again.
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = Path(env.str("MAIL_FOLDER", default=str(ROOT / "var" / "mail")))

# --- HTTPS ---
# Behind the load balancer the request arrives in plain HTTP and names its real scheme in this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
# A load balancer probes by IP address and in plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|dbcheck)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# A browser takes a cookie of such a name from nobody but this very host, and by HTTPS only.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
# In the session, not in a cookie: they name documents.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Security headers: docs/decisions/0026-hardening.md ---
X_FRAME_OPTIONS = "DENY"
# No other site has any use for our style sheets.
WHITENOISE_ALLOW_ALL_ORIGINS = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        # A note's page shows its PDF in a frame.
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

# --- Logs ---
# Commands print their results on stdout, so their log goes to stderr; gunicorn's configuration sets stdout.
LOGGING = logs.configuration(level=env.str("LOG_LEVEL", default="INFO"), stream=env.str("LOG_STREAM", default="stderr"))
logging.captureWarnings(True)
