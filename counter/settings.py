"""Django's settings: driven by the environment alone (`environment.py`)."""

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from counter import environment

BASE_DIR = environment.BASE_DIR
ENVIRONMENT = environment.read()

SECRET_KEY = ENVIRONMENT.secret_key
FIELD_KEYS = ENVIRONMENT.field_keys
DEBUG = ENVIRONMENT.DEBUG
ALLOWED_HOSTS = ENVIRONMENT.hosts
PUBLIC_URL = ENVIRONMENT.public_url
NUM_PROXIES = ENVIRONMENT.NUM_PROXIES
DEMO = ENVIRONMENT.DEMO
HOUSE_NAME = {"en": "Xinghe Jewelry", "zh-hans": "星河珠宝"}

INSTALLED_APPS = [
    "counter",
    "warranty",
    "appraisal",
    "inventory",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "counter.static_files.StaticFiles",
    "axes",
    "csp",
    "django_htmx",
    "heroicons",
    "ninja",
]

MIDDLEWARE = [
    "counter.middleware.answer_health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "counter.middleware.ContentPolicy",
    "warranty.middleware.answer_card",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "counter.middleware.Addresses",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "counter.middleware.authenticate_client",
    "counter.pulls.middleware",
    "counter.middleware.stand_at_counter",
    "counter.middleware.keep_private",
    "counter.middleware.limit_bodies",
    "inventory.ground.keys.middleware",
    "inventory.ground.refusals.InViews",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "counter.urls"
WSGI_APPLICATION = "counter.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "counter.context.staff",
            ],
        },
    }
]

# the transaction belongs to the rule and to the key middleware, never to the request
DATABASES = {"default": ENVIRONMENT.database() | {"ATOMIC_REQUESTS": False}}
if ENVIRONMENT.REPLICA_URL:
    DATABASES["replica"] = ENVIRONMENT.replica()
    DATABASE_ROUTERS = ["counter.replicas.Router"]
    MIDDLEWARE += ["counter.replicas.middleware"]  # innermost
    MIDDLEWARE.remove("warranty.middleware.answer_card")  # which would not come past it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "counter.clerks.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 5 / 60  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # nobody can lock a colleague out
AXES_USERNAME_CALLABLE = "counter.clerks.name_to_count"
AXES_LOCKOUT_CALLABLE = "counter.views.people.locked_out"
AXES_IPWARE_PROXY_COUNT = NUM_PROXIES or None
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "counter" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# pictures of old pieces; served by a page that asks who is looking, never by address
MEDIA_ROOT = BASE_DIR / "var" / "media"
# lists of all goods for the insurer, with what they cost; served by nothing
INSURANCE_DIR = ENVIRONMENT.insurance_dir
# messages to customers: "file" for a program that sends them on, "console" for a first look
NOTICE_OUTLET = "file"
NOTICE_DIR = BASE_DIR / "var" / "notices"
NOTICE_LANGUAGE = "zh-hans"
# events are told to addresses of the open internet only; a first look may be told on this machine
CALLS_TO_LOOPBACK = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "counter.static_files.Storage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "png", "webp", "gz", "br", "woff2", "map"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
HTTPS = ENVIRONMENT.public_scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NUM_PROXIES else None
# not "no-referrer": a browser would then send forms without their origin, and csrf needs it
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 14 * 60 * 60  # one long day in the shop
# the browser takes a cookie of such a name from this very host only, and over https
HOST_ONLY = "__Host-" if HTTPS else ""
SESSION_ENGINE = "counter.sessions"
SESSION_COOKIE_NAME = f"{HOST_ONLY}counter_session"
CSRF_COOKIE_NAME = f"{HOST_ONLY}csrftoken"
LANGUAGE_COOKIE_NAME = f"{HOST_ONLY}django_language"
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = HTTPS, "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144  # 256 kB; files have limits of their own
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_200

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
