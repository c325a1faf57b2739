"""`/v1alpha1/claims:search` answers as the Google Fact Check Tools API does."""

from __future__ import annotations

import pytest

from service.app import create_app
from service.keeping import FactCheckPage, FactCheckQuery, ReviewedClaim
from tests.fakes import FakeChecker
from tests.reading.test_claimreview import FOUND

PATH = "/v1alpha1/claims:search"


class FakeSearch:
    """Finds one claim, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[FactCheckQuery] = []

    def search(self, query: FactCheckQuery) -> FactCheckPage:
        self.asked.append(query)
        return FactCheckPage((ReviewedClaim((FOUND,)),), query.offset + 1)


@pytest.fixture
def search() -> FakeSearch:
    return FakeSearch()


@pytest.fixture
def client(search: FakeSearch):
    return create_app(FakeChecker(), fact_checks=search).test_client()


def test_the_shape_is_the_one_of_that_api(client) -> None:
    answer = client.get(PATH, query_string={"query": "crane"})
    assert answer.status_code == 200
    assert answer.json == {
        "claims": [
            {
                "text": "The harbor crane was sold for one crown.",
                "claimant": "A flyer",
                "claimDate": "2026-02-11T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "Quay Facts", "site": "quay-facts.example"},
                        "url": "https://www.quay-facts.example/crane",
                        "title": "The crane was not given away",
                        "reviewDate": "2026-02-14T00:00:00Z",
                        "textualRating": "False",
                        "languageCode": "en",
                    }
                ],
            }
        ],
        "nextPageToken": "n1",
    }


def test_every_parameter_of_that_api_is_taken(client, search: FakeSearch) -> None:
    asked = {"query": "crane", "languageCode": "en-US", "maxAgeDays": "30", "pageSize": "7", "pageToken": "n14",
             "key": "abc", "alt": "json", "reviewPublisherSiteFilter": "www.Quay-Facts.example"}  # fmt: skip
    assert client.get(PATH, query_string=asked).status_code == 200
    (query,) = search.asked
    assert (query.words, query.language, query.site) == ("crane", "en-US", "quay-facts.example")
    assert (query.limit, query.offset) == (7, 14)
    assert query.since is not None


def test_nothing_found_is_an_empty_object(client) -> None:
    assert create_app(FakeChecker()).test_client().get(PATH, query_string={"query": "crane"}).json == {}


@pytest.mark.parametrize(
    ("asked", "named"),
    [({}, "query"), ({"query": " "}, "query"), ({"query": "crane", "pageSize": "0"}, "pageSize"),
     ({"query": "crane", "pageToken": "7"}, "pageToken"), ({"query": "crane", "lang": "en"}, "lang")],
)  # fmt: skip
def test_a_bad_parameter_is_named(client, asked: dict[str, str], named: str) -> None:
    answer = client.get(PATH, query_string=asked)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == named
