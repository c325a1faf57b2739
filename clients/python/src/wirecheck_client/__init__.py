"""Asks a Wirecheck service what its news articles say about a claim."""

from wirecheck_client import errors, models
from wirecheck_client.answers import Retries
from wirecheck_client.async_client import AsyncClient
from wirecheck_client.calls import NewArticle
from wirecheck_client.client import Client
from wirecheck_client.errors import ProblemError, WirecheckError
from wirecheck_client.models import Evidence, Report, TextLine

__all__ = [
    "AsyncClient", "Client", "Evidence", "NewArticle", "ProblemError", "Report", "Retries", "TextLine",
    "WirecheckError", "errors", "models",
]  # fmt: skip
