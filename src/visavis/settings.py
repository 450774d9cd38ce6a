"""Settings: read once in `wiring` from `VISAVIS_…` variables, handed down as values. `docs/reference/settings.md` has a paragraph each."""

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from visavis.domain.film import Sampling


class Settings(BaseSettings):
    """All that an operator may set; each has a default that works."""

    model_config = SettingsConfigDict(env_prefix="VISAVIS_", frozen=True)

    archive: Path | None = Field(default=None, description="Archive folder used when `-a` is not given.")
    key_file: Path | None = Field(default=None, description="The archive's key file; else `keys/ID.key` in the configuration folder.")
    key_passphrase_file: Path | None = Field(
        default=None, description="File whose first line is the passphrase of the key file; without it the command asks."
    )
    packs: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("visavis") / "packs",
        description="Folder that holds the model packs installed by `visavis packs install`.",
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("visavis"),
        description="Folder for what can be made again: folded networks, the choice of runtime.",
    )
    photos: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(), description="Folders of originals that the desk may offer for a new source, separated as in `PATH`."
    )
    languages: Path | None = Field(default=None, description="Folder with catalogues of further languages for the desk.")
    uploads: Path | None = Field(default=None, description="Folder for pictures that people hand in at the desk.")
    passphrase_file: Path | None = Field(
        default=None, description="File whose first line is the passphrase of the person who signs in with `--as`; else it is asked for."
    )
    threads: int = Field(default=1, ge=1, le=64, description="Threads a worker's networks and the index scan may use.")
    acknowledged: str = Field(
        default="", description="SPDX names of non-commercial licences, comma-separated, that the operator has acknowledged."
    )
    runtime: Literal["auto", "openvino", "onnxruntime"] = Field(
        default="auto", description="`auto` (the faster one, measured once), `openvino` or `onnxruntime`."
    )
    sampling: Sampling = Field(default=Sampling.NORMAL, description="How closely films are looked at: `fast`, `normal` or `every-frame`.")
    max_file_mb: int = Field(
        default=512, ge=1, description="Largest photograph that is opened, MiB; a larger one is the outcome «too-large»."
    )
    ranking: Literal["cosine", "cohort"] = Field(
        default="cosine", description="What candidates are ranked by: `cosine`, or `cohort`, the cosine less how near to people in general."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level of what the desk logs: `debug`, `info`, `warning` or `error`."
    )
    webhook_hosts: str = Field(
        default="",
        description="Hosts, comma-separated, that the desk may tell events over https; empty = none.",
    )
    max_megapixels: int = Field(default=250, ge=1, description="Largest picture that is decoded, millions of pixels.")
    max_film_gb: int = Field(default=512, ge=1, description="Largest film that is opened, GiB.")
    max_film_hours: int = Field(default=24, ge=1, description="Longest film that is opened, hours.")
    max_film_megapixels: int = Field(default=40, ge=1, description="Largest frame of a film that is decoded, millions of pixels.")

    @field_validator("photos", mode="before")
    @classmethod
    def _separated(cls, said: object) -> object:
        return tuple(Path(one) for one in said.split(os.pathsep) if one) if isinstance(said, str) else said
