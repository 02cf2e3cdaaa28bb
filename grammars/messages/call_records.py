"""Call detail records of AudioCodes' session border controllers.

The columns are those of the manuals, in their order, which is the default of the device. Only the records of an SBC's
signalling are read: a gateway's and those of media have other columns. Each side of a call has its own records.
"""

import pyparsing as pp

rest = pp.Regex(r"[\s\S]*")
separator = pp.Literal("|")


def column(name: str) -> pp.ParserElement:
    """The next column of a call detail record, without the blanks around it. It may be empty."""
    return separator + pp.Opt(pp.Regex(r"[^|\s]+(?: +[^|\s]+)*")(name))


# The users of the call, before and after the manipulation of numbers.
skipped_columns = pp.Regex(r"(?:\|[^|]*){4}")
addresses = column("source") + column("source_port") + column("destination") + column("destination_port")
call_end = column("duration") + column("ended_by") + column("reason") + column("category")
call_record = (
    separator
    + pp.Regex(r"(?:CALL|DIALOG)_[A-Z]+")("report")
    + separator
    + "SBC"
    + column("call_id")
    + column("session")
    + column("originator")
    + pp.Opt(addresses + column("transport") + pp.Opt(skipped_columns + call_end))
)
messages = [("call.record", call_record + rest)]

CALL_RECORD = "real: easymanua.ls/audiocodes: media-800-msbr, page 705, a signalling CDR; line breaks removed"
samples = [
    (
        CALL_RECORD,
        "[S=3] |CALL_END |SBC |170369730753201211288@10.132.10.245 |0 |RMT |10.132.10.245 |5060 |10.132.10.250 |5070 "
        "|UDP |103@audiocodes.com |103@audiocodes.com |101@10.132.10.250 |101@10.132.10.250 |0 |RMT "
        "|GWAPP_NORMAL_CALL_CLEAR |NO_ANSWER |06:13:54.950 UTC Thu Mar 02 2012 | |06:14:01.175 UTC Thu Mar 02 2012 "
        "|-1 | | |40 |2 () |0 (5070SRD) |2 |3 |0 () |0 (lanmedia) |no |CANCEL",
        "call.record",
        {
            "report": "CALL_END",
            "call_id": "170369730753201211288@10.132.10.245",
            "session": "0",
            "originator": "RMT",
            "source": "10.132.10.245",
            "source_port": 5060,
            "destination": "10.132.10.250",
            "destination_port": 5070,
            "transport": "UDP",
            "duration": 0,
            "ended_by": "RMT",
            "reason": "GWAPP_NORMAL_CALL_CLEAR",
            "category": "NO_ANSWER",
        },
    ),
    (
        CALL_RECORD,
        "[S=1] |SBCReportType |EPTyp| SIPCallId| SessionId |Orig |SourceIp |SourcePort |DestIp",
        "log.message",
        {},
    ),
    (
        "synthetic",
        "[S=55] |CALL_START |SBC |7f3a@192.0.2.7 |0a1b2c:7:55 |LCL",
        "call.record",
        {"report": "CALL_START", "call_id": "7f3a@192.0.2.7", "session": "0a1b2c:7:55", "originator": "LCL"},
    ),
]
