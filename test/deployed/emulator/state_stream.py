"""The state table's stream: on AWS it tells of PartiQL's writes as of all others, and Lambda tells a function with a
tumbling window which shard it reads; ministack does neither."""

from ministack.services import dynamodb, lambda_svc

SHARD = "shardId-00000000000000000000-00000000"

inserted = dynamodb._partiql_insert
updated = dynamodb._partiql_update
executed = lambda_svc._execute_function


def key_of_insert(table, parsed):
    item = parsed.get("item") or {}
    item = item["M"] if set(item) == {"M"} else item
    sort = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    return dynamodb._extract_key_val(item.get(table["pk_name"])), sort


def told(write, key_of):
    def write_and_tell(table, parsed, *rest):
        key, sort = key_of(table, parsed)
        before = table["items"].get(key, {}).get(sort)
        answer = write(table, parsed, *rest)
        after = table["items"].get(key, {}).get(sort)
        if answer[0] == 200 and after is not None:
            dynamodb._emit_stream_event(parsed["table"], "MODIFY" if before else "INSERT", before, after)
        return answer

    return write_and_tell


def execute(function, event, *rest, **options):
    records = event.get("Records") if isinstance(event, dict) else None
    if records and isinstance(records[0], dict) and records[0].get("eventSource") == "aws:dynamodb":
        event = {**event, "shardId": SHARD}
    return executed(function, event, *rest, **options)


def install():
    dynamodb._partiql_insert = told(inserted, key_of_insert)
    dynamodb._partiql_update = told(updated, lambda table, parsed: dynamodb._partiql_key_target(table, parsed)[:2])
    lambda_svc._execute_function = execute
