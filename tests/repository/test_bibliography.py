"""The bibliography: an entry agrees with its own address, is cited on some page, and where it is cited its topic stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRIES = {
    key: {
        name: value.strip("{}")
        for name, value in re.findall(r"^  (\w+) *= (\{.*\}),?$", fields, re.MULTILINE)
    }
    for key, fields in re.findall(
        r"^@\w+\{(\w+),\n(.*?)^\}",
        (ROOT / "book/references.bib").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
}
PAGES = [*sorted(ROOT.glob("notebooks/*.md")), *sorted(ROOT.glob("book/*.md"))]
BY_KEY = {"ids": lambda key: key}

ADDRESSES = (
    # What an address says of its work.
    r"10\.1162/neco\.(?P<year>\d{4})\.(?P<volume>\d+)\.(?P<number>\d+)\.(?P<first>\d+)",
    r"10\.3115/v1/[A-Z](?P<yy>\d\d)-(?P<first_of_volume>\d+)",
    r"https://proceedings\.mlr\.press/v(?P<proceedings>\d+)/(?P<name>[a-z]+)(?P<yy>\d\d)\w*\.html",
    r"https://arxiv\.org/abs/(?P<arxiv>\d\d)(?P<month>\d\d)\.\d{4,5}",
    r"https://github\.com/[\w-]+/(?P<repository>[\w-]+)/issues/(?P<issue>\d+)",
)
BY_NUMBER_ALONE = {
    # These say nothing of the work: the year, the volume and the pages, taken down a second time.
    "10.1109/5.58337": ("1990", "78", "1550--1560"),
    "10.1007/BF02128237": ("1980", "15", "21--30"),
    "10.1214/aos/1176344552": ("1979", "7", "1--26"),
    "10.1214/aos/1176350933": ("1988", "16", "927--953"),
    "https://jfly.uni-koeln.de/color/": ("2008", None, None),
    "10.1109/72.279181": ("1994", "5", "157--166"),
    "https://jmlr.org/papers/v18/17-468.html": ("2018", "18", "1--43"),
}
WITHOUT_ADDRESS = {"tieleman2012": "slides of a course that is offline"}
PROCEEDINGS = {
    "pascanu2013": "1310--1318",
    "cho2014": "1724--1734",
    "katharopoulos2020": None,
    "jozefowicz2015": "2342--2350",
}
"""Their pages, a second time."""

TOPICS = {
    "dumoulin2016": r"relationship 15|each case of stride and padding",
    "okabe2008": r"colour-blind",
    "torch7issue945": r"got it wrong",
    "webnnissue222": r"got it wrong",
    "matconvnetissue1010": r"got it wrong",
    "cutlassissue3502": r"got it wrong",
    "pascanu2013": r"singular value|picture|{eq}`eq-clipping`",
    "werbos1990": r"backpropagation through time",
    "benettin1980": r"perpendicular again after every step, with a QR decomposition",
    "williams1989": r"real-time recurrent learning",
    "williams1990": r"truncated backpropagation through time",
    "bengio1994": r"vanishes\* or \*explodes",
    "baydin2018": r"reverse mode",
    "jozefowicz2015": r"forget-gate bias",
    "tallec2018": r"time constants",
    "cho2014": r"GRU",
    "vaswani2017": r"scaled dot product",
    "zhai2021": r"Attention Free Transformer",
    "peng2023": r"RWKV",
    "dao2022": r"FlashAttention",
    "katharopoulos2020": r"Linear attention",
    "milakov2018": r"Online softmax",
    "hochreiter1997": r"temporal order|LSTM",
    "tieleman2012": r"RMSprop",
    "efron1979": r"bootstrap",
    "hall1988": r"units of their own standard error",
    "kingma2015": r"Adam",
    "loshchilov2019": r"AdamW",
    "saxe2014": r"orthogonal start|an orthogonal \$W_h\$",
}
"""What a work is cited for, a second time: it stands within the line before the citation."""


def citations():
    """Yield each key that a page cites, with what stands before it and behind it in its paragraph."""
    for page in PAGES:
        for paragraph in page.read_text(encoding="utf-8").split("\n\n"):
            for cited in re.finditer(r"\{cite:[pt]\}`([\w,]+)`", paragraph):
                for key in cited[1].split(","):
                    yield (
                        key,
                        paragraph[max(0, cited.start() - 160) : cited.start()],
                        paragraph[cited.end() :][:160],
                    )


def check_entry(key, entry):
    """Raise AssertionError where an entry disagrees with its key or its address."""
    assert re.match(r"\{?[A-Za-z0-9]", entry["title"])
    assert re.fullmatch(r"(19|20)\d\d", entry["year"])
    if "issue" not in key:
        surname = re.match(r"[\w{}\\\"]+", entry["author"])[0].lower()
        assert key == f"{surname}{entry['year']}"
    assert PROCEEDINGS.get(key) == entry.get("pages") or key not in PROCEEDINGS
    address = entry.get("doi") or entry.get("url")
    if address is None:
        assert key in WITHOUT_ADDRESS
        return
    if "doi" in entry:
        assert re.fullmatch(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+", address)
    if address in BY_NUMBER_ALONE:
        assert (entry["year"], entry.get("volume"), entry.get("pages")) == BY_NUMBER_ALONE[address]
        return
    (said,) = [found.groupdict() for pattern in ADDRESSES if (found := re.fullmatch(pattern, address))]
    for name in ("year", "volume", "number"):
        assert said.get(name, entry.get(name)) == entry.get(name), name
    if "first" in said:
        first, last = entry["pages"].split("--")
        assert first == said["first"]
        assert int(first) < int(last) < int(first) + 60
    if "yy" in said:
        assert entry["year"].endswith(said["yy"])
        assert entry["author"].lower().startswith(said.get("name", ""))
    if "arxiv" in said:
        assert 0 <= int(entry["year"]) - 2000 - int(said["arxiv"]) <= 2
        assert address.rpartition("/")[2] in entry.get("journal", address)
    if "issue" in said:
        assert f"{said['repository']}, issue {said['issue']}:".removeprefix("torch/") in entry[
            "title"
        ].removeprefix("torch/")


@pytest.mark.parametrize("key", ENTRIES, **BY_KEY)
def test_an_entry_agrees_with_its_address(key):
    check_entry(key, ENTRIES[key])


def test_all_entries_are_cited_and_all_citations_are_entries():
    assert {key for key, *_ in citations()} == set(ENTRIES) == set(TOPICS)


def check_topics(topics):
    for key, before, behind in citations():
        assert re.search(topics[key], f"{before}\n{behind}", re.DOTALL | re.IGNORECASE), key


def test_a_work_is_cited_for_its_topic():
    check_topics(TOPICS)


# Planted faults


@pytest.mark.parametrize(
    ("key", "field", "wrong"),
    [
        ("hochreiter1997", "year", "1998"),
        ("hochreiter1997", "pages", "1753--1780"),
        ("hochreiter1997", "volume", "8"),
        ("werbos1990", "pages", "1560--1570"),
        ("katharopoulos2020", "year", "2023"),
        ("dumoulin2016", "journal", "arXiv preprint arXiv:1603.07258"),
        ("webnnissue222", "url", "https://github.com/webmachinelearning/webnn/issues/223"),
        ("pascanu2013", "year", "2012"),
        ("williams1989", "doi", "10.1162/neco.1989.1.2.207"),
        ("cho2014", "doi", "D14-1179"),
    ],
)
def test_a_wrong_entry_is_noticed(key, field, wrong):
    with pytest.raises((AssertionError, ValueError)):
        check_entry(key, ENTRIES[key] | {field: wrong})


def test_a_citation_of_another_work_is_noticed():
    exchanged = TOPICS | {"werbos1990": TOPICS["williams1989"], "williams1989": TOPICS["werbos1990"]}
    with pytest.raises(AssertionError):
        check_topics(exchanged)
