"""Where the trials of a search are kept: a file of SQLite, or a PostgreSQL that many machines reach."""

import random
import time
import warnings
from typing import Any

import optuna
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, SQLAlchemyError

from convlens.ir.errors import ConvlensError, UsageError, cut
from convlens.lang.sentence import Sentence
from convlens.studies.search.address import shown_url

HEARTBEAT = 60
"""Seconds between two signs of life of a trial: shorter ones have failed trials that were alive."""

GRACE = 2
"""So many missed signs of life make a trial a lost one."""

PATIENCE = 60.0
"""Seconds for which a locked file is waited for."""

MEETINGS = 5
"""So many times workers that start together may make the tables of one database at the same moment."""


class StorageError(ConvlensError):
    """The database of a search cannot be used now; what it holds is as it was."""

    exit_code = 2


def storage_of(url: str, heartbeat: int = HEARTBEAT, patience: float = PATIENCE) -> Any:
    """The storage. Raises `StorageError` where it cannot be reached, is locked, or is no such database."""
    arguments: dict[str, Any] = {"connect_args": {"timeout": patience}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    try:
        return _opened(url, arguments, heartbeat)
    except ModuleNotFoundError:
        raise UsageError(Sentence('a search on PostgreSQL needs psycopg: pip install "convlens[postgres]"')) from None
    except (SQLAlchemyError, RuntimeError, OSError) as error:
        raise storage_error(url, error) from None


def _opened(url: str, arguments: dict[str, Any], heartbeat: int) -> Any:
    """Tables that another worker has made between a look and the making are found at the next look."""
    for _ in range(MEETINGS - 1):
        try:
            return _looked(url, arguments, heartbeat)
        except SQLAlchemyError as error:
            if not isinstance(error, IntegrityError) and "already exists" not in _first_line(error):
                raise
        time.sleep(random.random())  # noqa: S311 - so that two do not meet again
    return _looked(url, arguments, heartbeat)


def _looked(url: str, arguments: dict[str, Any], heartbeat: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.storages.RDBStorage(
            url, engine_kwargs=arguments, heartbeat_interval=heartbeat, grace_period=GRACE * heartbeat
        )


def storage_error(url: str, error: BaseException) -> StorageError:
    """What is said of an error of the database."""
    cause = _first_line(error)
    if "locked" in cause:
        fix = Sentence("end the program that holds it, then start the same command again")
    elif isinstance(error, OperationalError):
        fix = Sentence("is the server running, and may this user write there? then start the same command again")
    elif isinstance(error, DatabaseError):
        fix = Sentence("the file is no database, or damaged: put it aside or restore a copy; the runs beside it are whole")
    else:
        fix = Sentence("it was made by another version of Optuna: optuna storage upgrade, or another -o FOLDER")
    return StorageError(Sentence("{place} cannot be used: {reason}\n  fix: {fix}", place=shown_url(url), reason=cause, fix=fix))


def _first_line(error: BaseException) -> str:
    """SQLAlchemy wraps the database's own words; its errors print statements and their values."""
    own = getattr(error, "orig", None) or error.__cause__ or error
    return cut(str(own).strip().splitlines()[0] if str(own).strip() else type(own).__name__)
