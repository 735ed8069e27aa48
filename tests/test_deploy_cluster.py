"""Kubernetes, Litestream, Prometheus, the Dockerfile's lint: by the tools that people hold these files against."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from bot import config
from bot.http import metrics
from bot.models import Target
from bot.settings import GeminiSettings, Secret
from bot.store.opening import open_store
from tests.conftest import ROOT
from tests.deploying import DEPLOY, as_yaml, text
from tests.pipeline.conftest import new_world
from tests.samples import NOON, paper, subscriber

SCRIPTS = sysconfig.get_path("scripts")


def tool(name: str) -> str:
    """A program of an optional package, or of the machine."""
    found = shutil.which(name, path=SCRIPTS) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def run(*command: str | Path) -> str:
    """What it prints; the test fails with it where it ends with another status than 0."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def manifests() -> dict[tuple[str, str], Any]:
    found = YAML(typ="safe").load_all(text("kubernetes.yaml"))
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def pod() -> Any:
    return manifests()["Deployment", "arxiv-digest"]["spec"]["template"]["spec"]


# --- Kubernetes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_every_manifest_is_what_the_schemas_take(version: str) -> None:
    """Of the oldest version that is promised and of the newest; no field is misspelt."""
    for manifest in manifests().values():
        kubernetes_validate.validate(manifest, version, strict=True)
    misspelt = manifests()["Deployment", "arxiv-digest"]
    misspelt["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, version, strict=True)


def test_one_process_at_a_time_holds_the_database() -> None:
    """The old pod has ended before the new one begins, and has had its time to."""
    spec = manifests()["Deployment", "arxiv-digest"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert pod()["terminationGracePeriodSeconds"] > 10
    assert manifests()["PersistentVolumeClaim", "arxiv-digest"]["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_nothing_runs_as_root_or_writes_outside_the_volume() -> None:
    """Of every container, the sidecar too; and no secret stands in the file."""
    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert pod()["securityContext"]["runAsUser"] == 10001
    assert pod()["automountServiceAccountToken"] is False
    for container in [*pod()["initContainers"], *pod()["containers"]]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    for (kind, _), manifest in manifests().items():
        assert kind != "Secret" or (manifest["stringData"], manifest.get("data")) == ({}, None)


def test_the_configuration_within_is_sound_and_fits_the_pod(tmp_path: Path) -> None:
    """What it names is on the volume, and it listens where the probes ask."""
    path = tmp_path / "subscribers.yaml"
    path.write_text(manifests()["ConfigMap", "arxiv-digest"]["data"]["subscribers.yaml"])
    settings = config.load(path, {})
    (container,) = pod()["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert settings.database.is_relative_to(mounted["data"])
    assert settings.subscribers[0].targets == (Target("file", f"{mounted['data']}/digests"),)
    assert container["env"] == [
        {"name": "ARXIV_DIGEST_CONFIG", "value": f"{mounted['config']}/subscribers.yaml"}
    ]
    assert settings.http is not None
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", container["ports"][0]["containerPort"])
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {probe["port"] for probe in probes.values()} == {container["ports"][0]["name"]}
    restore = pod()["initContainers"][0]["args"]
    assert restore[-1] == str(settings.database)


# --- Litestream ------------------------------------------------------------------------------------


def test_both_recipes_copy_the_database_that_the_daemon_writes() -> None:
    """And compose hands over the folders and the file that the configuration names."""
    alone = as_yaml(text("litestream.yaml"))
    within = as_yaml(manifests()["ConfigMap", "arxiv-digest-litestream"]["data"]["litestream.yaml"])
    assert [one["dbs"][0]["path"] for one in (alone, within)] == ["/data/state/arxiv-digest.db"] * 2
    services = as_yaml(text("compose.yaml"))["services"]
    mounts = {one["target"]: one["source"] for one in services["litestream"]["volumes"]}
    assert {"/data": "./data", "/etc/litestream.yaml": "./litestream.yaml"}.items() <= mounts.items()
    assert Path(alone["dbs"][0]["replica"]["path"]).parent == Path("/replica")
    assert "/replica" in mounts
    assert services["litestream"]["user"] == services["arxiv-digest"]["user"]


def test_the_copy_brings_back_what_the_daemon_knew(tmp_path: Path) -> None:
    """Made while the database is held and written; the copy of a lost disk opens, whole."""
    litestream, database = tool("litestream"), tmp_path / "state" / "arxiv-digest.db"
    recipe = tmp_path / "litestream.yaml"
    recipe.write_text(
        text("litestream.yaml").replace("/data/", f"{tmp_path}/").replace("/replica/", f"{tmp_path}/replica/")
    )
    store = open_store(database)
    store.papers.add([paper("2611.00001")], NOON)
    run(litestream, "replicate", "-config", recipe, "-once")
    store.papers.add([paper("2611.00002")], NOON)
    store.subscriptions.sync([subscriber()], NOON)
    store.optouts.pause("ada", None, None, NOON)
    run(litestream, "replicate", "-config", recipe, "-once")
    store.close()
    shutil.rmtree(database.parent)
    restore = pod()["initContainers"][0]["args"]
    arguments = [recipe if one == restore[2] else one for one in restore[:-1]]
    for _ in range(2):  # the second finds a database, and leaves it alone
        run(litestream, *arguments, database)
    store = open_store(database)
    assert store.papers.counts()["seen"] == 2
    assert [one.subscriber for one in store.optouts.of("ada")] == ["ada"]
    store.examine()
    store.close()


# --- Prometheus ------------------------------------------------------------------------------------


def test_the_alert_rules_are_sound_and_raise_what_they_say() -> None:
    """Played through by Prometheus' own tool: each alert in its trouble, none in an ordinary week."""
    promtool = tool("promtool")
    run(promtool, "check", "rules", DEPLOY / "prometheus-rules.yaml")
    run(promtool, "test", "rules", ROOT / "tests" / "prometheus_rules.yaml")


def test_every_metric_that_a_rule_names_is_one_of_ours(tmp_path: Path) -> None:
    """With the values of labels that it asks for."""
    world = new_world(tmp_path)
    world.subscribe(subscriber(), gemini=GeminiSettings(api_key=Secret("key")))
    poll = world.store.polls
    for complete in (True, False):
        poll.finish(poll.begin(NOON), NOON, complete)
    said = metrics.text(world.services).decode()
    world.store.close()
    rules = [rule for group in as_yaml(text("prometheus-rules.yaml"))["groups"] for rule in group["rules"]]
    named = {
        found
        for rule in rules
        for found in re.findall(
            r'\b(?:arxiv_digest|process)_\w+(?:\{(?:state|outcome)="[^"]+"\})?', rule["expr"]
        )
    }
    assert len(named) >= 8
    for one in named:
        assert re.search(rf"^{re.escape(one)}[ {{]", said, re.MULTILINE), one


# --- the Dockerfile --------------------------------------------------------------------------------


def test_the_dockerfile_has_no_fault_that_a_linter_knows() -> None:
    """hadolint, with all of its rules."""
    assert run(tool("hadolint"), "--no-color", DEPLOY / "Dockerfile") == ""
