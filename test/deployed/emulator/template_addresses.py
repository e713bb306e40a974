"""Templates at addresses with the bucket in the host, which ministack's CloudFormation takes for a path.

AWS reads https://bucket.s3.region.amazonaws.com/key and https://s3.region.amazonaws.com/bucket/key alike.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from ministack.services.cloudformation import changesets, handlers, helpers

VIRTUAL_HOST = re.compile(r"^(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$")


def resolve_template(params):
    return resolved({name: path_style(value) if name == "TemplateURL" else value for name, value in params.items()})


def path_style(value):
    if isinstance(value, list):
        return [path_style(entry) for entry in value]
    address = urlsplit(value)
    virtual = VIRTUAL_HOST.match(address.netloc)
    if virtual is None:
        return value
    path = f"/{virtual['bucket']}{address.path}"
    return urlunsplit(address._replace(netloc="s3.amazonaws.com", path=path))


def install():
    for module in (helpers, handlers, changesets):
        if hasattr(module, "_resolve_template"):
            module._resolve_template = resolve_template


resolved = helpers._resolve_template
