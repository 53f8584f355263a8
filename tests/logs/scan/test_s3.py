"""Logs in S3, from a server of moto on loopback."""

from __future__ import annotations

import gzip

import pytest

from cotool.errors import InputError
from cotool.logs.api import analyze_logs
from logs.scan.test_remote import GIVEN, locally, log, quick, told  # noqa: F401 - a fixture

pytest.importorskip("s3fs", reason="S3 needs s3fs")
pytest.importorskip("flask", reason="the S3 server needs moto[server]")


@pytest.fixture(scope="module")
def store():
    """A bucket "logs", and credentials for it in the environment."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_ACCESS_KEY_ID", "key-of-nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3", endpoint_url=address)
        client.create_bucket(Bucket="logs")
        yield client
        client.close()
    server.stop()


def test_an_object_gives_what_its_copy_gives(store, tmp_path):
    """A key of a bucket is read in ranges, with the figures, samples and templates of a file."""
    data = log(5000)
    store.put_object(Bucket="logs", Key="app.log", Body=data)
    assert told(analyze_logs("s3://logs/app.log", **GIVEN)) == locally(tmp_path, data, **GIVEN)


def test_globs_and_folders_name_objects(store):
    """Rotated logs are found by a glob or below a folder, oldest first."""
    for name, data in (
        ("a.log", log(10)),
        ("a.log.1", log(20)),
        ("a.log.2.gz", gzip.compress(log(30))),
    ):
        store.put_object(Bucket="logs", Key=f"deep/{name}", Body=data)
    names = ["s3://logs/deep/a.log.2.gz", "s3://logs/deep/a.log.1", "s3://logs/deep/a.log"]
    for found in (
        analyze_logs("s3://logs/deep/a.log*"),
        analyze_logs("s3://logs/deep", recursive=True),
    ):
        assert [file.path for file in found.files] == names
        assert [file.counts.records for file in found.files] == [30, 20, 10]


def test_what_is_not_there_is_told(store, quick):  # noqa: F811 - the fixture
    """A key that is absent, and a glob that finds nothing."""
    for url in ("s3://logs/absent.log", "s3://logs/absent*"):
        with pytest.raises(InputError, match="found") as error:
            analyze_logs(url)
        assert "SECRET" not in str(error.value)
