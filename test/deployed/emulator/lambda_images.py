"""Lambdas from images, which ministack runs in Docker alone: here an image stands for the handlers in IMAGE_HANDLERS.

`cirrus-loops.registerLoops` is what `cirrus-loops.mjs` in that folder exports under that name, as in the image's own
LAMBDA_TASK_ROOT.
"""

import io
import os
import pathlib
import zipfile

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

RUNTIME = "nodejs24.x"


def create(logical_id, properties, stack):
    created = created_function(logical_id, properties, stack)
    stand_in(created[0], properties)
    return created


def update(physical_id, old, new, stack, *rest, **options):
    updated = updated_function(physical_id, old, new, stack, *rest, **options)
    stand_in(updated[0], new)
    return updated


def stand_in(name, properties):
    if properties.get("PackageType") != "Image":
        return
    [command] = (properties.get("ImageConfig") or {}).get("Command") or [None]
    if command is None:
        raise ValueError(f"{name} says no command: which handler of the image it is has to be in ImageConfig.")
    function = lambda_svc._functions[name]
    # What is asked of an image function is answered as before: only how it is run is another one.
    function["code_zip"] = archive(command.split(".")[0])
    function["config"].update({"Runtime": RUNTIME, "Handler": command, "PackageType": "Zip"})
    function["config"].pop("ImageUri", None)


def archive(module):
    source = pathlib.Path(os.environ["IMAGE_HANDLERS"], f"{module}.mjs")
    if not source.exists():
        raise ValueError(f"The image has no handlers in {module}: {source} is not there.")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(f"{module}.mjs", f'export * from "{source.as_uri()}";\n')
    return file.getvalue()


def install():
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    handlers.update({"create": create, "update": update})


created_function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]["create"]
updated_function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]["update"]
