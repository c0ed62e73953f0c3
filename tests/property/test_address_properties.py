"""What must hold for the key of any address."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import SourceError
from diembao.text.addresses import address_time, article_key, belongs_to, host_of, registrable_domain
from diembao.text.sites import PATTERNS

_LABEL = st.sampled_from(
    ["www", "m", "mobile", "amp", "bao", "en", "com", "vn", "co", "net", "Báo", "xn--bo-mia"]
)
_HOST = st.one_of(st.lists(_LABEL, min_size=1, max_size=5).map(".".join), st.sampled_from(sorted(PATTERNS)))
_PIECES = (
    "amp .amp a.amp amp.html a.amp.html .. . %2e %2E%2e A%c3 %zz ;sid=1 Bài ..;jsessionid=2 a-4924696.html "
    "a-185250809085607116.htm x-post123456.tpo 2025 08 09 + %25 (S(abcdefghij0123456789abcd)) ..amp \\ @"
)
_PIECE = st.sampled_from([*_PIECES.split(), "", "a b"])
_PARAMETERS = (
    "utm_source=x id=1 cid=2 p=%41 amp=1 amp;utm_x=1 amp;id=1 = q=a+b sid=3 ref=x b a=%2f a=%2F PHPSESSID=1 "
    "ID=1 x=& ?"
)
_PARAMETER = st.sampled_from([*_PARAMETERS.split(), ""])
_URL = st.builds(
    lambda scheme, host, port, pieces, parameters, fragment: (
        f"{scheme}://{host}{port}/{'/'.join(pieces)}?{'&'.join(parameters)}{fragment}"
    ),
    st.sampled_from(["http", "https", "HTTPS"]),
    _HOST,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.lists(_PIECE, max_size=5),
    st.lists(_PARAMETER, max_size=4),
    st.sampled_from(["", "#x", "#!/y"]),
)
_ANY = st.one_of(_URL, st.text(max_size=60), st.text(max_size=60).map(lambda text: f"https://bao.vn/{text}"),
                 st.text(max_size=30).map(lambda text: f"https://{text}/a"))  # fmt: skip


def _key(url: str) -> str | None:
    try:
        return article_key(url)
    except SourceError:
        return None


@settings(max_examples=600, deadline=None)
@given(_ANY)
def test_key_of_a_key_is_the_key(url: str) -> None:
    """Taking the key twice changes nothing, and nothing but SourceError is ever raised."""
    key = _key(url)
    if key is not None:
        assert article_key(key) == key
        assert key.isascii()
        assert key.startswith("https://")
        assert host_of(key) == host_of(url)


@settings(max_examples=300, deadline=None)
@given(_URL, st.sampled_from(["utm_campaign=z", "fbclid=9", "zarsrc=1", "ZALO=1"]))
def test_tracking_never_changes_the_key(url: str, parameter: str) -> None:
    """A tracking parameter put in front of the others does not make another article."""
    before, _, after = url.partition("?")
    assert _key(url) == _key(f"{before}?{parameter}&{after}")


@settings(max_examples=300, deadline=None)
@given(_URL, st.randoms())
def test_order_of_parameters_is_irrelevant(url: str, random: object) -> None:
    """The same parameters in another order give the same key."""
    before, _, after = url.partition("#")[0].partition("?")
    pieces = after.split("&")
    random.shuffle(pieces)  # type: ignore[attr-defined]
    assert _key(f"{before}?{after}") == _key(f"{before}?{'&'.join(pieces)}")


@settings(max_examples=300, deadline=None)
@given(_URL)
def test_leading_label_never_changes_the_key(url: str) -> None:
    """`www.` before any host with a registrable domain gives the same key."""
    key = _key(url)
    if key is not None and registrable_domain(host_of(url)) is not None:
        assert _key(url.replace("://", "://www.", 1)) == key


@settings(max_examples=300, deadline=None)
@given(_ANY)
def test_time_of_an_address_never_raises(url: str) -> None:
    """Whatever the address, its time is a moment within the listed years, or None."""
    moment = address_time(url)
    assert moment is None or 1994 <= moment.at.year <= 2040


@given(_HOST)
def test_a_host_belongs_to_its_registrable_domain(host: str) -> None:
    """The registrable domain of a host contains it."""
    domain = registrable_domain(host.lower())
    assert domain is None or belongs_to(host.lower(), [domain])
