"""Jobs: ingest that runs by itself. Asked for, steered, scheduled, and carried out by a process of its own."""

from visavis.services.jobs.ask import AskForJob
from visavis.services.jobs.carry_out import CarryOut, Kind
from visavis.services.jobs.plan import PlanJobs
from visavis.services.jobs.schedule import ScheduleSource
from visavis.services.jobs.steer import SteerJob, Wish

__all__ = ["AskForJob", "CarryOut", "Kind", "PlanJobs", "ScheduleSource", "SteerJob", "Wish"]
