"""Where do the tests get an OpenSearch that asks who comes, with its own security plugin?

From Maven, too, but of an older version than the one that all other tests have. Between nodes it insists on certificates; HTTP
is left plain, since a front before it shows what TLS is like for a client.
"""

from __future__ import annotations

import base64
import functools
import os
import shutil
import tempfile
import time
import urllib.request
from pathlib import Path

from . import front
from .server import STARTED_WITHIN, NoServerError, Process, build, free_ports, java, refusal

USERS = {  # by name: the password, and its bcrypt hash
    "anna": ("reads", "$2b$06$JMY/3kudZZfDvTvu/JWxl./yE.447pPkSxaVvguNJDXdVW7LW6YVa"),
    "boris": ("writes", "$2b$06$1zNQoBLvxi37sqx2fd3BnezNrUEFYSjVCUSCj6CrFifexGaFFBrRm"),
    "vera": ("owns", "$2b$06$X4hFgJUqIsRD1FLIzdp48eOsz.hq/WIZNam0C8A663lTtAY/HzZru"),
}
SETTINGS = {
    "plugins.security.ssl.transport.pemcert_filepath": "node.pem",
    "plugins.security.ssl.transport.pemkey_filepath": "node.pem",
    "plugins.security.ssl.transport.pemtrustedcas_filepath": "node.pem",
    "plugins.security.ssl.transport.enforce_hostname_verification": "false",
    "plugins.security.ssl.http.enabled": "false",
    "plugins.security.allow_default_init_securityindex": "true",
    "plugins.security.nodes_dn": "CN=searchlib tests",
    "plugins.security.authcz.admin_dn": "CN=nobody",
}


@functools.cache
def why_not() -> str | None:
    """Why none can be had, or None where one can. The first call on a machine may take minutes."""
    return refusal(_built) or front.why_not()


def _built() -> Path:
    return build("opensearch-secured", "-Psecured")


class Secured:
    """A node of OpenSearch on loopback, at `url`, with the security plugin, for USERS.

    roles: as they stand in its roles.yml, without a head; mapped: the role of each user. close() it. Raises NoServerError.
    """

    def __init__(self, roles: str, mapped: dict[str, str]) -> None:
        built = _built()
        self._folder = tempfile.TemporaryDirectory(prefix="searchlib-secured-", ignore_cleanup_errors=True)
        config = Path(self._folder.name) / "node-0" / "config"
        shutil.copytree(built / "plugin" / "config", config / "opensearch-security")
        shutil.move(front.certificate(config / "made", "DNS:localhost"), config / "node.pem")
        users = "".join(f'{name}: {{hash: "{hashed}"}}\n' for name, (_, hashed) in USERS.items())
        mapping = "".join(f"{role}: {{users: [{name}]}}\n" for name, role in mapped.items())
        for kind, name, text in (
            ("internalusers", "internal_users", users),
            ("roles", "roles", roles),
            ("rolesmapping", "roles_mapping", mapping),
        ):
            head = f"_meta: {{type: {kind}, config_version: 2}}\n"
            (config / "opensearch-security" / f"{name}.yml").write_text(head + text, "utf-8")
        listed = (built / "classpath").read_text("utf-8")
        had = {Path(one).name for one in listed.split(os.pathsep)}
        more = [str(one) for one in sorted((built / "plugin").glob("*.jar")) if one.name not in had]
        jars = os.pathsep.join([str(built / "classes"), listed, *more])
        http, transport = free_ports(2)
        self.url = f"http://127.0.0.1:{http}"
        command = [java(), "-Xmx640m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dlog4j2.level=INFO"]
        command += ["-Dplugin=org.opensearch.security.OpenSearchSecurityPlugin", "-cp", jars, "Nodes"]
        command += [self._folder.name, f"{http}/{transport}", "0"]
        command += [f"{name}={value}" for name, value in SETTINGS.items()]
        self._process = Process(command, Path(self._folder.name) / "log")
        try:
            self._process.answer("ready 0")
            self._wait()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the node and removes what it kept."""
        self._process.kill()
        self._folder.cleanup()

    def _wait(self) -> None:
        """Until it knows its users, some seconds after it answers."""
        request = urllib.request.Request(f"{self.url}/_plugins/_security/authinfo")
        who = f"anna:{USERS['anna'][0]}".encode()
        request.add_header("Authorization", "Basic " + base64.b64encode(who).decode())
        until = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10):
                    return
            except OSError as error:
                if time.monotonic() > until:
                    raise NoServerError(f"OpenSearch does not know its users: {error}") from error
            time.sleep(0.2)
