"""The same members in two spellings: CloudFormation and Step Functions write jobName as JobName.

Maps whose keys are the user's own, as parameters and tags are, keep them.
"""

OWN_KEYS = {"parameters", "tags", "options"}


def camel(value):
    return respell(value, str.lower)


def pascal(value):
    return respell(value, str.upper)


def respell(value, first):
    if isinstance(value, list):
        return [respell(entry, first) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        first(key[:1]) + key[1:]: entry if key.lower() in OWN_KEYS else respell(entry, first)
        for key, entry in value.items()
    }
