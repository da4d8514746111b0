"""Introduces the extension to the server as a person does: one button here, one button there."""

from e2e.harness.chromium import wait_until
from e2e.harness.world import World


def pair(world: World) -> None:
    """Sign in, press the welcome page's one button, compare the digits, press Connect in the dashboard."""
    dashboard = world.browser.page(world.service.sign_in_link())
    dashboard.wait_for_function("() => location.hash === ''")
    welcome = world.browser.find_page(world.extension.address("welcome/"))
    welcome.get_by_role("button", name="Agree and connect").click()
    asking = world.browser.find_page(f"{world.service.origin}/pair")
    digits = welcome.locator("#digits").inner_text()
    asking.get_by_text(digits, exact=True).wait_for()
    asking.get_by_role("button", name="Connect", exact=True).click()
    wait_until(lambda: bool(world.extension.status()["paired"]), seconds=15, what="paired")
    for page in (dashboard, welcome, asking):
        page.close()
