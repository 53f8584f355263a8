from cotool.logs.api import analyze_logs as analyze_logs
from cotool.logs.histogram import Histogram as Histogram
from cotool.logs.mine import mine_templates as mine_templates
from cotool.logs.model import FileSummary as FileSummary, LogCounts as LogCounts, Sample as Sample
from cotool.logs.summary import LogSummary as LogSummary
from cotool.logs.templates.model import Template as Template
from cotool.logs.templates.template_set import TemplateSet as TemplateSet
