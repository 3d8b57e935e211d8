"""Starts an order by a record of the inbox. usage: start.py BROKERS PREFIX ID"""

import json
import sys

from kafka import KafkaProducer

brokers, prefix, record_id = sys.argv[1:]
producer = KafkaProducer(bootstrap_servers=brokers.split(","), acks="all")
record = {
    "type": "StartWorkflow",
    "id": record_id,  # the same id twice has one effect
    "request": {"name": "greeting", "version": 1, "input": {"who": "Clara"}, "workflowId": record_id},
}
producer.send(prefix + "inbox", key=record_id.encode(), value=json.dumps(record).encode()).get(timeout=30)
producer.close()
