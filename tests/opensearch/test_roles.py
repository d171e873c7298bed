"""Are the roles of the README of searchlib/remote enough for the security plugin of OpenSearch, and no more than they say?"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from . import roles, secured
from .secured import USERS, Secured
from .server import HERE

README = HERE.parents[1] / "searchlib" / "remote" / "README.md"


@pytest.mark.slow
def test_roles_of_the_readme_are_enough(tmp_path: Path) -> None:
    if reason := secured.why_not():
        pytest.skip(reason)
    (written,) = re.findall(r"```yaml\n(archive_reader:.*?)```", README.read_text("utf-8"), re.DOTALL)
    mapped = {"anna": "archive_reader", "boris": "archive_writer", "vera": "archive_owner"}
    with closing(Secured(written, mapped)) as started:

        def address(user: str, index: str) -> str:
            return started.url.replace("//", f"//{user}:{USERS[user][0]}@") + f"/{index}"

        roles.check(address, tmp_path)
