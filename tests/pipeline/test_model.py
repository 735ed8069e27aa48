"""Whatever happens in whatever order, every target has what it is entitled to, and has it once."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.pipeline.machine import PipelineMachine

TestPipeline = PipelineMachine.TestCase
TestPipeline.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
