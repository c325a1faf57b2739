"""Articles from files and folders. What cannot be read is named and left out; the rest is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from service.domain import Article
from service.errors import ReadingError
from service.reading.articles import (
    article_from_html,
    article_from_markdown,
    article_from_plain_file,
    article_from_record,
    article_from_text,
)
from service.reading.decoding import decode
from service.reading.folder import Skipped, files_of, unforeseen

__all__ = ["article_from_html", "article_from_text", "read_file", "read_folder"]

MAX_BYTES = 5_000_000


def read_folder(folder: Path, max_bytes: int = MAX_BYTES) -> Iterator[Article | Skipped]:
    """Yield the articles under a folder in the order of their paths; raise `ReadingError` where there is no folder."""
    if not folder.is_dir():
        raise ReadingError(f"{folder} is not a folder; name a folder of article files")
    seen: set[str] = set()
    for found in files_of(folder):
        results = [found] if isinstance(found, Skipped) else read_file(found, folder, max_bytes)
        for result in results:
            if isinstance(result, Article) and result.id in seen:
                where = found.relative_to(folder).as_posix() if isinstance(found, Path) else found.path
                yield Skipped(where, f"the id {result.id!r:.80} is taken by an earlier article; give it another id")
                continue
            if isinstance(result, Article):
                seen.add(result.id)
            yield result


def read_file(path: Path, root: Path, max_bytes: int = MAX_BYTES) -> list[Article | Skipped]:
    """Return the articles of one file and what was left out of it; ids and names are relative to `root`."""
    name = path.relative_to(root).as_posix()
    try:
        if path.suffix.lower() == ".jsonl":
            return _rows(path, name, max_bytes)
        text = decode(_bounded(path, max_bytes))
        if not text.strip("\ufeff\0 \t\r\n"):
            raise ReadingError("is empty; give it the text of an article or remove it")
        return _articles(path.suffix.lower(), text, name)
    except ReadingError as error:
        return [Skipped(name, str(error))]
    except OSError as error:
        return [Skipped(name, f"cannot be read: {error.strerror or error}; check that it exists and may be read")]
    except Exception as error:  # whatever it is, the other files go on
        return [unforeseen(name, error)]


def _bounded(path: Path, max_bytes: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ReadingError(f"is larger than the limit of {max_bytes} bytes; split it or raise the limit")
    return data


def _articles(suffix: str, text: str, name: str) -> list[Article | Skipped]:
    if suffix == ".json":
        content = _json(text)
        if isinstance(content, list):
            return [_record(f"{name}#{number}", row) for number, row in enumerate(content, start=1)]
        return [article_from_record(name, content)]
    if suffix == ".md":
        return [article_from_markdown(name, text)]
    if suffix in (".html", ".htm"):
        return [article_from_html(name, text)]
    return [article_from_plain_file(name, text)]


def _rows(path: Path, name: str, max_bytes: int) -> list[Article | Skipped]:
    """Return the articles of a file of rows. The limit is for one line: the file may be as long as it likes."""
    results: list[Article | Skipped] = []
    with path.open("rb") as file:
        if file.read(4).startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
            lines = decode(_bounded(path, max_bytes)).split("\n")
            return [_line(f"{name}#{at}", line) for at, line in enumerate(lines, start=1) if line.strip()]
        file.seek(0)
        for number, (line, whole) in enumerate(_bounded_lines(file, max_bytes), start=1):
            where = f"{name}#{number}"
            if not whole:
                results.append(Skipped(where, f"is longer than the limit of {max_bytes} bytes; shorten the article"))
            elif line.strip():
                results.append(_line(where, line))
    return results or [Skipped(name, "is empty; give it one JSON object a line or remove it")]


def _bounded_lines(file: BinaryIO, max_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """Yield each line and whether it is whole; of one that is too long only the beginning is held in memory."""
    while line := file.readline(max_bytes + 1):
        whole = len(line) <= max_bytes
        rest = line
        while not whole and rest and not rest.endswith(b"\n"):
            rest = file.readline(max_bytes + 1)
        yield line, whole


def _line(where: str, line: bytes | str) -> Article | Skipped:
    try:
        return _record(where, _json(line if isinstance(line, str) else decode(line)))
    except ReadingError as error:
        return Skipped(where, str(error))


def _record(where: str, record: object) -> Article | Skipped:
    try:
        return article_from_record(where, record)
    except ReadingError as error:
        return Skipped(where, str(error))
    except Exception as error:  # whatever it is, the other records go on
        return unforeseen(where, error)


def _json(text: str) -> object:
    try:
        return json.loads(text.strip("\ufeff\0"))
    except RecursionError:
        raise ReadingError("is JSON nested too deeply; give one flat object an article") from None
    except json.JSONDecodeError as error:
        raise ReadingError(
            f"is not JSON: {error.msg} at line {error.lineno} column {error.colno}; give one object an article"
        ) from None
    except ValueError:
        raise ReadingError("is not JSON: a number is too long; give one object an article") from None
