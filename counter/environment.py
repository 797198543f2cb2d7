"""What the environment may say, read once at start; a wrong value stops the start."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK_NAMES = {"localhost"}


class Environment(BaseModel):
    """One field per variable; see the table in the README. All other variables are ignored."""

    PORT: int = Field(default=8000, ge=1, le=65535)
    HOST: str = "127.0.0.1"
    DATABASE_URL: str = "sqlite:///var/shop.sqlite3"
    REPLICA_URL: str = ""
    SECRET_KEY: str = ""
    FIELD_KEYS: str = ""
    ALLOWED_HOSTS: str = ""
    PUBLIC_URL: str = ""
    DEMO: bool = True
    DEBUG: bool = False
    NUM_PROXIES: int = Field(default=0, ge=0, le=5)
    INSURANCE_DIR: str = ""

    @field_validator("DATABASE_URL")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
            raise ValueError("must begin with sqlite:/// or postgres://")
        return value

    @field_validator("REPLICA_URL")
    @classmethod
    def _replica_of_postgres(cls, value: str, told: ValidationInfo) -> str:
        ours = str(told.data.get("DATABASE_URL", ""))
        if value and not all(url.startswith("postgres") for url in (value, ours)):
            raise ValueError("needs postgres:// in itself and in DATABASE_URL")
        return value

    @field_validator("FIELD_KEYS")
    @classmethod
    def _keys_of_a_lock(cls, value: str) -> str:
        for key in _listed(value):
            try:
                Fernet(key)
            except ValueError as unfit:
                raise ValueError(
                    "must be Fernet keys of 44 signs, separated by commas; the first one seals"
                ) from unfit
        return value

    @field_validator("PUBLIC_URL")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address such as https://shop.example")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _no_plain_http_in_the_open(self) -> "Environment":
        """Cookies and the camera need https; only this machine itself may do without."""
        for name, scheme in (
            (self.public_host, self.public_scheme),
            (self.HOST, self.public_scheme),
        ):
            if scheme == "http" and not _is_loopback(name):
                raise ValueError(
                    f"PUBLIC_URL must be https when the address is not this machine ({name})"
                )
        return self

    @property
    def public_url(self) -> str:
        return self.PUBLIC_URL or f"http://{self.HOST}:{self.PORT}"

    @property
    def public_scheme(self) -> str:
        return urlsplit(self.public_url).scheme

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def hosts(self) -> list[str]:
        named = _listed(self.ALLOWED_HOSTS)
        return list(dict.fromkeys([*named, self.public_host, "127.0.0.1", "localhost", "[::1]"]))

    @property
    def secret_key(self) -> str:
        """The given key, else one that is made at the first start and kept beside the database."""
        return self.SECRET_KEY or _kept("secret_key", lambda: secrets.token_urlsafe(64))

    @property
    def field_keys(self) -> list[str]:
        """The keys of sealed columns: the first one seals, all of them open. Without any, one
        that is made and kept like the secret key."""
        given = _listed(self.FIELD_KEYS)
        return given or _listed(_kept("field_keys", lambda: Fernet.generate_key().decode()))

    @property
    def insurance_dir(self) -> Path:
        """Where the insurance lists are written: the given folder, else one beside the database."""
        if self.INSURANCE_DIR:
            return BASE_DIR / self.INSURANCE_DIR  # an absolute name wins over the base
        if urlsplit(self.DATABASE_URL).scheme == "sqlite":
            return (BASE_DIR / _file_of(self.DATABASE_URL)).parent / "insurance"
        return BASE_DIR / "var" / "insurance"

    def database(self) -> dict[str, Any]:
        """Django's settings for the one database."""
        if urlsplit(self.DATABASE_URL).scheme == "sqlite":
            return _sqlite(_file_of(self.DATABASE_URL))
        return _postgres(self.DATABASE_URL)

    def replica(self) -> dict[str, Any]:
        """Django's settings for the streaming replica, which answers and takes nothing."""
        options = {
            "options": "-c default_transaction_read_only=on",
            # a replica that says nothing costs seconds, not the patience of the network
            "connect_timeout": 2,
            "tcp_user_timeout": 5000,
        }
        return _postgres(self.REPLICA_URL) | {"OPTIONS": options, "TEST": {"MIRROR": "default"}}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret in `var/` that nobody else on this machine may read; made when it is not there."""
    kept = BASE_DIR / "var" / name
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        fresh = kept.with_name(f".{name}-{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make(), encoding="ascii")
        # whole at once, and of two processes that start together one makes it
        with suppress(FileExistsError):
            kept.hardlink_to(fresh)
        fresh.unlink()
    return kept.read_text(encoding="ascii").strip()


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "inventory.ground.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": _host(parts.netloc, parts.hostname, parts.query),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # a clerk does not wait longer than this for another clerk's row
        "OPTIONS": {"options": "-c lock_timeout=2000"},
    }


def _file_of(url: str) -> str:
    return unquote(url.removeprefix("sqlite:///"))


def _sqlite(name: str) -> dict[str, Any]:
    path = BASE_DIR / name  # an absolute name wins over the base
    path.parent.mkdir(parents=True, exist_ok=True)
    build = BASE_DIR / "build"
    build.mkdir(exist_ok=True)
    return {
        "ENGINE": "inventory.ground.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": 5},
        # a file, because a database in memory has no WAL and no second process; two shops whose
        # files have the same name are tested at the same time
        "TEST": {"NAME": build / f"test_{path.parent.name}_{path.name}"},
    }


def _host(netloc: str, hostname: str | None, query: str) -> str:
    """The host, or the folder of a socket as in postgres://user@/name?host=/run/postgresql."""
    for part in query.split("&"):
        if part.startswith("host="):
            return unquote(part.removeprefix("host="))
    return hostname or ""


def _is_loopback(name: str) -> bool:
    if name in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def read() -> Environment:
    """The environment, or the end of the start with one sentence for each wrong value."""
    try:
        return Environment.model_validate(dict(os.environ))
    except ValidationError as error:
        sentences = []
        for wrong in error.errors():
            name = str(wrong["loc"][0]) if wrong["loc"] else ""
            sentences.append(f"{name} {wrong['msg'].removeprefix('Value error, ')}".strip() + ".")
        raise SystemExit("The system did not start. " + " ".join(sentences)) from None
