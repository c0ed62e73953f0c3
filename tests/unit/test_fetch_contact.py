"""Who asks: nothing is fetched without a contact."""

from __future__ import annotations

import pytest

from diembao.errors import SettingsError
from diembao.fetch.contact import check_user_agent, make_user_agent


@pytest.mark.parametrize(
    ("contact", "ending", "sender"),
    [
        ("ban.doc@bao.example", "(+mailto:ban.doc@bao.example)", "ban.doc@bao.example"),
        ("  mailto:a+b@c.example ", "(+mailto:a+b@c.example)", "a+b@c.example"),
        ("https://bao.example/diem-bao?x=1", "(+https://bao.example/diem-bao?x=1)", ""),
        ("https://social.example/@bao", "(+https://social.example/@bao)", ""),
    ],
)
def test_a_contact_makes_a_user_agent(contact: str, ending: str, sender: str) -> None:
    """An e-mail address or an https page; the address also goes into From."""
    agent = make_user_agent(contact)
    assert agent.startswith("Diembao/")
    assert agent.endswith(ending)
    assert check_user_agent(agent) == sender


@pytest.mark.parametrize(
    "contact",
    ["", " ", "me", "a@b", "a b@c.example", "http://bao.example", "https://", "https://bao", "@bao.example",
     "a@bao.example)\r\nX: y", "https://bao.example/\r\nX: y", "https://bao.example/(x)", "a@" + "b." * 150 + "vn"],
)  # fmt: skip
def test_what_is_no_contact_is_refused_with_the_next_step(contact: str) -> None:
    """Without a contact nothing is fetched, and the error says what to write where."""
    with pytest.raises(SettingsError) as caught:
        make_user_agent(contact)
    assert caught.value.key in ("fetch.no_contact", "fetch.contact_missing")
    assert caught.value.next_step is not None
    assert "contact" in caught.value.next_step
