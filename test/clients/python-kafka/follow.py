"""Prints the events of one workflow until it ends. usage: follow.py BROKERS PREFIX WORKFLOW_ID"""

import json
import sys

from kafka import KafkaConsumer, TopicPartition

brokers, prefix, workflow_id = sys.argv[1:]
topic = prefix + "events"
consumer = KafkaConsumer(bootstrap_servers=brokers.split(","), enable_auto_commit=False)
partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
consumer.assign(partitions)
consumer.seek_to_beginning(*partitions)

epochs = {}  # by partition: of the owner whose events are valid
seq = 0
for message in consumer:
    value = message.value[5:] if message.value[:1] == b"\0" else message.value  # the frame of a schema registry
    event = json.loads(value)
    epoch = epochs.get(message.partition, 0)
    if event["type"] == "PartitionClaimed":
        epochs[message.partition] = max(epoch, event["epoch"])
        continue
    if event["epoch"] != epoch:
        continue  # of an owner that did not know yet that it was replaced: it never happened
    if event["workflowId"] != workflow_id or event["seq"] <= seq:
        continue  # another workflow, or a repeat
    seq = event["seq"]
    print(seq, event["type"], json.dumps(event["data"]), flush=True)
    if event["type"] in ("WorkflowCompleted", "WorkflowFailed", "WorkflowTimedOut", "WorkflowTerminated"):
        break
