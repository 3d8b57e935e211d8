"""Does tasks of the type `greet` until it is told to end. usage: worker.py BROKERS PREFIX"""

import json
import sys

from kafka import KafkaConsumer, KafkaProducer

brokers, prefix = sys.argv[1:]
consumer = KafkaConsumer(
    prefix + "tasks.greet",
    bootstrap_servers=brokers.split(","),
    group_id=prefix + "greeters",  # workers of one group share the tasks
    auto_offset_reset="earliest",
    enable_auto_commit=False,
)
producer = KafkaProducer(bootstrap_servers=brokers.split(","), acks="all")
for message in consumer:
    value = message.value[5:] if message.value[:1] == b"\0" else message.value  # the frame of a schema registry
    task = json.loads(value)
    result = {
        "workflowInstanceId": task["workflowInstanceId"],
        "taskId": task["taskId"],
        "workerId": "python",
        "status": "COMPLETED",
        "outputData": {"text": "Hello " + task["inputData"]["who"]},
    }
    record = {
        "type": "UpdateTask",
        "id": f"{task['taskId']}:{message.partition}:{message.offset}",  # a repeat after a crash has no second effect
        "result": result,
    }
    key = task["workflowInstanceId"].encode()  # records of one workflow stay in order
    producer.send(prefix + "inbox", key=key, value=json.dumps(record).encode()).get(timeout=30)
    consumer.commit()  # only now: who dies before gets the task again
