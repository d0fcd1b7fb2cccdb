"""The rules of ``clock`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "clock/skew": Explanation(
        "The clocks of the boxes differ",
        "The clock of this box is further from that of most boxes of the cluster than the task"
        " allows.",
        "`cdrTime` of `/api/v1/system/status`; where no Web Admin is described, `date` of the MMP.",
        "Certificates seem to be expired or not yet valid on one box and not on the other, and logs"
        " of two boxes cannot be laid side by side.",
        "Look at `ntp server list` and `timezone` on the box; give all boxes the same NTP servers.",
        "Cisco TAC 213821",
    ),
    "clock/unseen": Explanation(
        "The clock cannot be seen",
        "The box has no Web Admin in the inventory, or none that answered, and the reply to `date`"
        " holds nothing that reads like a date; or its time zone is not known and would explain the"
        " difference.",
        "No `cdrTime`, and no date in the reply to `date`.",
        "A clock that is wrong stays unnoticed.",
        "Compare the clocks by hand, or describe the Web Admin (`cms_webadmin`).",
    ),
}
