"""Sessions as Django keeps them in the database, read by a statement that is written out."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from inventory.ground import statements


class SessionStore(db.SessionStore):
    """Read at every request of everybody who is signed in."""

    def _get_session_from_db(self) -> Session | None:
        asked = [self.session_key, timezone.now()]
        found = statements.read(Session, "session_key = %s AND expire_date > %s", asked)
        if found:
            return found[0]
        self._session_key = None  # as Django does: an unknown key is never taken over
        return None
