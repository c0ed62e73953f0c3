"""Who is asking: the User-Agent with a contact, without which nothing is fetched."""

from __future__ import annotations

import re
from importlib.metadata import version

from diembao.errors import SettingsError

PRODUCT = "Diembao"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}", re.ASCII)
_PAGE = re.compile(
    r"https://(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}(?::\d{1,5})?(?:/[!#-'*-~]*)?", re.ASCII
)
_USER_AGENT = re.compile(r"Diembao/[0-9A-Za-z.+-]+ \(\+(\S+)\)", re.ASCII)


def make_user_agent(contact: str) -> str:
    """`Diembao/<version> (+<contact>)`; the contact is an e-mail address or an https page about the collection."""
    clean = contact.strip().removeprefix("mailto:")
    if not clean:
        raise SettingsError(
            "no contact is set, and nothing is fetched without one",
            key="fetch.contact_missing",
            next_step="write your e-mail address or an https:// page as contact under [collect] in diembao.toml",
        )
    if len(clean) > 200 or not (_EMAIL.fullmatch(clean) or _PAGE.fullmatch(clean)):
        raise SettingsError(
            "nothing is fetched without a contact, and {contact!r} is none",
            key="fetch.no_contact",
            next_step="write an e-mail address or an https:// page as contact in [collect] of diembao.toml",
            contact=contact[:200],
        )
    return f"{PRODUCT}/{version('diembao')} (+{clean if clean.startswith('https://') else 'mailto:' + clean})"


def check_user_agent(user_agent: str) -> str:
    """The From header that goes with a User-Agent (empty for a page); one without a contact is refused."""
    found = _USER_AGENT.fullmatch(user_agent)
    contact = found[1] if found else ""
    make_user_agent(contact)
    return contact.removeprefix("mailto:") if contact.startswith("mailto:") else ""
