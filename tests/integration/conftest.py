"""The service as its callers see it."""

from __future__ import annotations

import pytest
from flask import Flask

from callers import Caller, PairingExtension, cli, dashboard, extension, paired
from skilltrail.application import Application
from skilltrail.web.app import create_app


class Seconds:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def service(application: Application, seconds: Seconds) -> Flask:
    return create_app(application, port=8731, monotonic=seconds)


@pytest.fixture
def command_line(service: Flask, application: Application) -> Caller:
    return cli(service, application.credentials.issue_cli_token())


@pytest.fixture
def page(service: Flask, application: Application) -> Caller:
    key = application.sessions.mint_launch_key().key
    return dashboard(service, application.sessions.exchange_launch_key(key).token)


@pytest.fixture
def device(service: Flask, application: Application, command_line: Caller) -> PairingExtension:
    return paired(service, command_line, instance_id=application.instance_id)


@pytest.fixture
def worker(service: Flask, device: PairingExtension) -> Caller:
    """The paired extension's service worker."""
    return extension(service, device.token)
