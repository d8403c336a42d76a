"""A person who is logged in and leaves at the wish of the suite."""

from dataclasses import dataclass

import httpx

from tests.conformance.harness import checks
from tests.conformance.harness.basic import BasicClient
from tests.conformance.harness.browser import Callback, Page
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.registration import LOGGED_OUT


@dataclass(frozen=True)
class SigningOut:
    """The suite, the person, and the ID token of the login that shall end."""

    rp: BasicClient
    citizen: Citizen
    hint: str

    def ask(self, **params: str) -> Page | Callback:
        """Send the person's browser to the end_session_endpoint."""
        address = self.rp.provider.metadata["end_session_endpoint"]
        return self.citizen.visit(str(httpx.URL(address, params=params)))

    def confirmed(self, **params: str) -> Page | Callback:
        """The same, and the person confirms."""
        page = self.ask(**params)
        assert isinstance(page, Page), "nobody asked the person"
        return self.citizen.logout(page)

    def refused(self, **params: str) -> None:
        """The same, and there is an error page and nothing else."""
        checks.error_page(self.ask(**params), "bad_logout_request")

    def came_back(self, answer: Page | Callback, state: str | None = None) -> None:
        """The person is at the address asked for, with the state and nothing else."""
        assert isinstance(answer, Callback), "the person did not come back"
        assert answer.url.partition("?")[0] == LOGGED_OUT
        assert answer.params == ({} if state is None else {"state": state})

    def stayed(self, answer: Page | Callback) -> None:
        """The person is told at the provider."""
        assert isinstance(answer, Page), f"the person was sent to {answer.url}"
        assert answer.status == 200
        assert answer.ids["logged-out"]["data-ended"] == "true"

    def session_is_over(self) -> None:
        """Prompt=none finds nobody."""
        request = self.rp.request(prompt="none")
        answer = self.citizen.visit(self.rp.address(request))
        self.rp.refused(answer, request, "login_required")

    def session_goes_on(self) -> None:
        """Prompt=none finds the same person."""
        request = self.rp.request(prompt="none")
        answer = self.citizen.visit(self.rp.address(request))
        assert isinstance(answer, Callback)
        self.rp.answered(answer, request)
