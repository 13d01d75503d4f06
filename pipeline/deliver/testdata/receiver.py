"""An MLLP receiver with the parser and framing of python3-hl7.

Prints its port, then one line of JSON for every message it takes: the message
as that library reads it. Takes a repeated MSH-10 once. With an argument it
drops the connection after every so many messages, without acknowledging.
"""
import asyncio
import json
import sys

from hl7.mllp import start_hl7_server

drop = int(sys.argv[1]) if len(sys.argv) > 1 else 0
seen = {}
count = 0


def component(field, number):
    """A component of the first repetition, as the library splits it."""
    value = field[0]
    if isinstance(value, str):
        return value if number == 1 else ""
    return str(value[number - 1]) if len(value) >= number else ""


def read(message):
    msh, pid = message.segment("MSH"), message.segment("PID")
    obx = message.segments("OBX")
    if component(msh[9], 1) == "ORU":
        obr = message.segment("OBR")
        return {
            "event": component(msh[9], 2), "structure": component(msh[9], 3), "control": str(msh[10]), "version": str(msh[12]),
            "patient": component(pid[3], 1), "family": component(pid[5], 1), "number": component(obr[3], 1), "completion": str(obr[25]),
            "kinds": [str(segment[2]) for segment in obx],
            "text": "\n".join(message.unescape(str(segment[5])) for segment in obx if str(segment[2]) == "TX"),
            "data": component(obx[-1][5], 5) if str(obx[-1][2]) == "ED" else "",
        }
    txa = message.segment("TXA")
    return {
        "event": component(msh[9], 2), "structure": component(msh[9], 3), "control": str(msh[10]), "version": str(msh[12]),
        "patient": component(pid[3], 1), "family": component(pid[5], 1),
        "type": str(txa[2]), "author": component(txa[9], 2), "number": component(txa[12], 1),
        "parent": component(txa[13], 1) if len(txa) > 13 else "", "completion": str(txa[17]),
        "numbers": [str(segment[1]) for segment in obx],
        "text": "\n".join(message.unescape(str(segment[5])) for segment in obx),
    }


async def serve(reader, writer):
    global count
    while not writer.is_closing():
        try:
            message = await reader.readmessage()
        except asyncio.IncompleteReadError:
            break
        count += 1
        control = str(message.segment("MSH")[10])
        if control not in seen:
            seen[control] = str(message)
            print(json.dumps(read(message)), flush=True)
        elif seen[control] != str(message):
            print(json.dumps({"control": control, "changed": True}), flush=True)
        if drop and count % drop == 0:
            break
        writer.writemessage(message.create_ack("AA"))
        await writer.drain()
    writer.close()


async def main():
    server = await start_hl7_server(serve, "127.0.0.1", 0, encoding="utf-8")
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
