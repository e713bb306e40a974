"""Makes a Python function a Cirrus task that runs as a Batch job. Copy this file beside your own.

The job's command is `python handler.py Ref::url Ref::url_out`: the payload lies at the first URL, the result is expected at
the second. What goes wrong is the last line of the log, as `ErrorName: message`; the workflow fails with that error.

Objects are read and written by boto3. On one machine Cirrus serves its own objects as S3 to the job; there the standard
library does as well, so that nothing has to be installed to try a task.
"""

import json
import os
import shutil
import sys
import traceback
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, BinaryIO, Callable, Dict, Optional, Sequence, Tuple

try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None

__all__ = ["AssetUnavailable", "AssetUnreadable", "InvalidInput", "Objects", "absolute_href", "run"]

Payload = Dict[str, Any]


class InvalidInput(Exception):
    """The payload can never work: it becomes INVALID and is not tried again."""


class AssetUnavailable(Exception):
    """An asset is not where its item says."""


class AssetUnreadable(Exception):
    """An asset is there, and is not what its item says."""


class Objects:
    """Objects by their s3:// URLs. A test hands over an object of its own that has the same four methods."""

    def read(self, url: str, start: int = 0, length: Optional[int] = None) -> bytes:
        """The bytes of an object, or `length` of them from `start` on. FileNotFoundError where there is none."""
        last = "" if length is None else str(start + length - 1)
        with self._open(url, None if start == 0 and length is None else f"bytes={start}-{last}") as body:
            return body.read()

    def download(self, url: str, path: str) -> None:
        """Copies an object into a local file, whatever its size."""
        with self._open(url, None) as body, open(path, "wb") as file:
            shutil.copyfileobj(body, file, 1024 * 1024)

    def write(self, url: str, body: bytes, content_type: str = "binary/octet-stream") -> None:
        """Stores an object."""
        raise NotImplementedError

    def upload(self, path: str, url: str, content_type: str = "binary/octet-stream") -> None:
        """Copies a local file into an object, whatever its size."""
        raise NotImplementedError

    def _open(self, url: str, byte_range: Optional[str]) -> BinaryIO:
        raise NotImplementedError


class _Boto3Objects(Objects):
    def __init__(self) -> None:
        self._s3 = boto3.client("s3")

    def write(self, url: str, body: bytes, content_type: str = "binary/octet-stream") -> None:
        bucket, key = _split(url)
        self._s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def upload(self, path: str, url: str, content_type: str = "binary/octet-stream") -> None:
        bucket, key = _split(url)
        self._s3.upload_file(path, bucket, key, ExtraArgs={"ContentType": content_type})

    def _open(self, url: str, byte_range: Optional[str]) -> BinaryIO:
        bucket, key = _split(url)
        try:
            return self._s3.get_object(Bucket=bucket, Key=key, **({"Range": byte_range} if byte_range else {}))["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                raise FileNotFoundError(f"There is no object {url}") from None
            raise


class _EndpointObjects(Objects):
    """S3 of one machine, which looks at the credentials and at no signature."""

    def __init__(self, endpoint: str, access_key: str) -> None:
        self._endpoint = endpoint
        self._authorization = f"AWS4-HMAC-SHA256 Credential={access_key}/cirrus"
        # Whatever proxy is set, this machine is reached without.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def write(self, url: str, body: bytes, content_type: str = "binary/octet-stream") -> None:
        self._ask("PUT", url, {"Content-Type": content_type}, body).close()

    def upload(self, path: str, url: str, content_type: str = "binary/octet-stream") -> None:
        with open(path, "rb") as file:
            headers = {"Content-Type": content_type, "Content-Length": str(os.path.getsize(path))}
            self._ask("PUT", url, headers, file).close()

    def _open(self, url: str, byte_range: Optional[str]) -> BinaryIO:
        return self._ask("GET", url, {"Range": byte_range} if byte_range else {}, None)

    def _ask(self, method: str, url: str, headers: Dict[str, str], body: Any) -> Any:
        bucket, key = _split(url)
        address = f"{self._endpoint}/{bucket}/{urllib.parse.quote(key)}"
        request = urllib.request.Request(address, data=body, method=method, headers=headers)
        request.add_header("Authorization", self._authorization)
        try:
            return self._opener.open(request)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(f"There is no object {url}") from None
            raise OSError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}") from None


# urllib joins relative URLs of the schemes in these lists only.
urllib.parse.uses_relative.append("s3")
urllib.parse.uses_netloc.append("s3")


def absolute_href(item: Dict[str, Any], href: str) -> str:
    """An asset's href, which may be relative to the item's `self` link."""
    own = next((link["href"] for link in item.get("links", []) if link.get("rel") == "self"), "")
    return urllib.parse.urljoin(own, href)


def run(
    name: str,
    task: Callable[[Payload, Dict[str, Any], Objects], Payload],
    arguments: Optional[Sequence[str]] = None,
) -> int:
    """Runs a task on the payload that the command names; returns the program's exit code."""
    try:
        urls = sys.argv[1:] if arguments is None else arguments
        if len(urls) != 2:
            raise InvalidInput(f"The command has {len(urls)} arguments, expected the URLs of payload and result")
        objects = _make_objects()
        payload = json.loads(objects.read(urls[0]))
        result = task(payload, _parameters(payload, name), objects)
        objects.write(urls[1], json.dumps(result).encode(), "application/json")
        return 0
    except Exception as error:  # whatever it is, the last line of the log says it
        traceback.print_exc()
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return 1


def _parameters(payload: Payload, name: str) -> Dict[str, Any]:
    """What the process definition says for this task, over what it says for all."""
    first = payload["process"][0]
    return {**first.get("workflow_options", {}), **first.get("tasks", {}).get(name, {})}


def _make_objects() -> Objects:
    if boto3 is not None:
        return _Boto3Objects()
    endpoint, access_key = os.environ.get("AWS_ENDPOINT_URL_S3"), os.environ.get("AWS_ACCESS_KEY_ID")
    if endpoint and access_key:
        return _EndpointObjects(endpoint, access_key)
    raise ImportError("boto3 is not installed, which reads and writes S3: pip install boto3")


def _split(url: str) -> Tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or len(parts.path) < 2:
        raise InvalidInput(f"{url} is not of the form s3://bucket/key")
    return parts.netloc, url.split("/", 3)[3]
