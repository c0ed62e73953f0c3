"""Attacks on XML that feeds and sitemaps share: what is put into an entry, and what is put before the root."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.making import laughs

#: text → what stands inside an entry
INSIDE: dict[str, Callable[[], str]] = {
    "deep": lambda: "<a>" * 5_000 + "</a>" * 5_000,
    "deep_open": lambda: "<a>" * 100_000,
    "deep_50000": lambda: "<div>" * 50_000 + "</div>" * 50_000,
    "deep_namespaces": lambda: "".join(f"<a xmlns:n{n}='u'>" for n in range(2_000)),
    "attributes": lambda: "<a " + " ".join(f"b{n}='1'" for n in range(30_000)) + "/>",
    "attributes_same": lambda: "<a " + "b='1' " * 50_000 + "/>",
    "attributes_spread": lambda: ("<a " + " ".join(f"b{n}='1'" for n in range(150)) + "/>") * 2_000,
    "attributes_behind": lambda: "<a b='>' " + " ".join(f"c{n}='1'" for n in range(30_000)) + "/>",
    "attribute_of_3_mb": lambda: f"<a b='{'x' * 3_000_000}'/>",
    "attribute_open": lambda: "<a b='" + "x " * 200_000,
    "name_of_500_kb": lambda: f"<{'a' * 500_000}/>",
    "text_of_5_mb": lambda: "<description>" + "chữ " * 1_000_000 + "</description>",
    "elements": lambda: "<a/>" * 200_000,
    "closers": lambda: "</a>" * 100_000,
    "cdata_open": lambda: "<![CDATA[",
    "cdata_opens": lambda: "<![CDATA[" * 50_000,
    "cdata_html": lambda: "<description><![CDATA[" + "<div>" * 20_000 + "]]></description>",
    "html_escaped": lambda: "<description>" + "&lt;div class='a'&gt;" * 20_000 + "</description>",
    "html_attributes": lambda: "<description>&lt;p " + "a=1 " * 50_000 + "&gt;</description>",
    "html_angles": lambda: "<description>" + "&lt;" * 200_000 + "</description>",
    "html_script_open": lambda: "<description>&lt;script&gt;" * 3_000 + "</description>",
    "comment_open": lambda: "<!--",
    "comment_opens": lambda: "<!-- " * 50_000,
    "instructions": lambda: "<?a b?>" * 50_000,
    "instruction_open": lambda: "<?a " * 50_000,
    "angles": lambda: "<" * 200_000,
    "ampersands": lambda: "&" * 200_000,
    "references": lambda: "&#65;&amp;&nosuch;" * 50_000,
    "reference_of_digits": lambda: "&#" + "9" * 300_000 + ";",
    "references_bad": lambda: "&#xD800;&#xFFFF;&#x110000;&#0;" * 2_000,
    "zeros": lambda: "\0" * 5_000,
    "controls": lambda: "".join(map(chr, range(1, 32))) * 1_000,
    "bidi": lambda: "<description>" + "\u202e\u2066\u200b" * 50_000 + "</description>",
    "combining": lambda: "<description>a" + "\u0323\u0301" * 100_000 + "</description>",
    "xinclude": lambda: "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>",
    "base": lambda: "<a xml:base='http://127.0.0.1/'/>" * 2_000,
    "quotes": lambda: "<a b='" * 20_000,
}
#: what stands before the root
BEFORE: dict[str, Callable[[], str]] = {
    "laughs": lambda: laughs(10),
    "wide_laughs": lambda: laughs(3, 1_000),
    "long_entity": lambda: f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    "many_entities": lambda: "<!DOCTYPE x [" + "".join(f'<!ENTITY e{n} "v">' for n in range(50_000)) + "]>",
    "outside_entity": lambda: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "outside_type": lambda: '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    "parameter_entity": lambda: '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p; <!ENTITY % q "%p;"> %q;]>',
    "recursive_entity": lambda: '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
    "type_open": lambda: "<!DOCTYPE x [",
    "type_of_1_mb": lambda: "<!DOCTYPE x [" + "<!ELEMENT a ANY>" * 60_000 + "]>",
    "type_attributes": lambda: "<!DOCTYPE x [<!ATTLIST x " + "".join(f"a{n} CDATA 'v' " for n in range(10_000)) + ">]>",
    "comments": lambda: "<!--x-->" * 20_000,
    "comment_open": lambda: "<!--" * 20_000,
    "spaces": lambda: " \n" * 100_000,
    "warning": lambda: "<b>Warning</b>: mysql_connect() in /var/www/x.php on line 3<br/>",
    "page": lambda: "<html><body>" * 2,
    "stylesheet": lambda: '<?xml-stylesheet href="file:///etc/passwd"?>' * 1_000,
}  # fmt: skip
USES = "<description>&a;&l9;&l2;&e1;</description>"
HEAVY = frozenset({"text_of_5_mb", "elements", "attribute_of_3_mb"})
