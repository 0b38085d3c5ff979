"""Lightning web components: whether a bundle holds what it must, and says sensible things about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from localorg.metadata.component import Component
from localorg.metadata.document import child_text, children, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import World, no_such

_NAME = re.compile(r"[a-z][A-Za-z0-9_]*(?<!_)", re.ASCII)
OLDEST_VERSION, NEWEST_VERSION = 45.0, 66.0
TARGETS: Final = frozenset(
    {f"lightning__{name}Page" for name in ("App", "Home", "Record")}
    | {
        *("lightning__RecordAction", "lightning__GlobalAction", "lightning__UtilityBar", "lightning__FlowScreen"),
        *("lightning__Tab", "lightning__Inbox", "lightning__UrlAddressable", "lightning__VoiceExtension"),
        *("lightning__EnablementProgram", "lightning__AgentforceInput", "lightning__AgentforceOutput"),
        *("lightningCommunity__Page", "lightningCommunity__Default", "lightningCommunity__Page_Layout"),
        *("lightningCommunity__Theme_Layout", "lightningSnapin__PreChat", "lightningSnapin__ChatMessage"),
        *("lightningSnapin__ChatHeader", "lightningSnapin__Minimized", "lightningStatic__Email"),
    }
)


def check_bundle(component: Component, world: World) -> Iterator[Finding]:
    """What is wrong with a bundle; its scripts are not compiled."""
    element, name = component.element, component.name
    if not _NAME.fullmatch(name):
        message = (
            f"Invalid bundle name: {name}. It must begin with a lower-case letter and hold only letters, digits and "
            "underscores"
        )
        yield Finding(None, message)
    if not {f"{name}.{suffix}" for suffix in ("js", "ts", "css", "html")} & component.parts.keys():
        yield Finding(None, f"Unable to find {name}.js in the bundle of Lightning web component {name}")
    version = child_text(element, "apiVersion")
    if version is not None and not OLDEST_VERSION <= float(version) <= NEWEST_VERSION:
        yield Finding(children(element, "apiVersion")[0], f"Invalid apiVersion: {version}")
    targets = children(element, "targets/target")
    for target in targets:
        if (target.text or "").strip() not in TARGETS:
            yield Finding(target, f"Invalid target: {target.text}")
    if is_true(element, "isExposed") and not targets:
        yield Finding(None, "Required field is missing: targets")
    named = {(target.text or "").strip() for target in targets}
    for config in children(element, "targetConfigs/targetConfig"):
        for target_name in re.split(r"\s*,\s*", str(config.get("targets", ""))):
            if target_name not in named:
                yield Finding(config, f"Invalid target in targetConfig: {target_name}")
        for entry in children(config, "objects/object"):
            if world.sobject(entry.text or "") is None:
                yield Finding(entry, no_such("object", "CustomObject", entry.text or ""))
