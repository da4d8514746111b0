"""A signed-in dashboard for tests: asks for fragments as the page does, and reads them as a browser would."""

from __future__ import annotations

import time
from html.parser import HTMLParser

from skilltrail.application import Application
from skilltrail.web.app import create_app

PORT = 8731
BASE = f"http://127.0.0.1:{PORT}"


class Found(HTMLParser):
    """Elements and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    @property
    def text(self) -> str:
        """All words with single blanks."""
        return " ".join(self.words.split())

    @property
    def tags(self) -> list[str]:
        """The elements' names, in order."""
        return [tag for tag, _attributes in self.elements]

    def attributes(self, name: str) -> list[str]:
        """The values of one attribute, in order."""
        return [value for _tag, found in self.elements if (value := found.get(name)) is not None]


class Dashboard:
    """The web side of ``application`` with a session."""

    def __init__(self, application: Application) -> None:
        made = create_app(application, port=PORT)
        # The path of a clone is long and differs; a test must not depend on it.
        made.extensions["skilltrail.extension_folder"] = "/somewhere/skilltrail-extension"
        self.client = made.test_client()
        key = application.sessions.mint_launch_key().key
        self._token = application.sessions.exchange_launch_key(key).token

    def __call__(self, path: str, *, space: str | None = None, status: int = 200) -> Found:
        """Return the fragment at ``path``; the answer must have ``status``."""
        headers = self.headers() | ({"Skilltrail-Space": space} if space else {})
        answer = self.client.get(path, base_url=BASE, headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return Found(answer.get_data(as_text=True))

    def picture(self, path: str) -> Found:
        """Return the chart at ``path``, asked for again while it is being drawn, as the page does."""
        headers = {"Authorization": f"Bearer {self._token}"}
        for _try in range(200):
            answer = self.client.get(path, base_url=BASE, headers=headers)
            if answer.status_code != 202:
                assert answer.status_code == 200, answer.get_data(as_text=True)
                return Found(answer.get_data(as_text=True))
            time.sleep(0.05)
        raise AssertionError("the chart was never drawn")

    def page(self, path: str) -> str:
        """Return the shell page as served at ``path``, without a session."""
        return self.client.get(path, base_url=BASE).get_data(as_text=True)

    def headers(self) -> dict[str, str]:
        """Return what a request of the signed-in page carries."""
        return {"Authorization": f"Bearer {self._token}"}
