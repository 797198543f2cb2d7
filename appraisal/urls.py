"""Page addresses of the book of old gold; what moves money is in the book of the day."""

from django.urls import path

from appraisal.views import checks, rules, scales

urlpatterns = [
    # head office's rules, before /trade-ins/<number>/
    path("trade-ins/rules/", rules.rule_list, name="trade_in_rules"),
    path("trade-ins/rules/poster.pdf", rules.rules_poster, name="rules_poster"),
    path("trade-ins/rules/new/", rules.set_rule, name="new_rule"),
    path("trade-ins/rules/new/preview/", rules.preview_rule, name="preview_new_rule"),
    path("trade-ins/rules/<int:rule_id>/", rules.set_rule, name="next_rule"),
    path("trade-ins/rules/<int:rule_id>/preview/", rules.preview_rule, name="preview_rule"),
    # 复称, before /scales/<code>/
    path("scales/check/", checks.check_weight, name="check_weight"),
    path("scales/checks/<int:pk>/", checks.checked_weight, name="checked_weight"),
    path("scales/checks/<int:pk>/slip.pdf", checks.weight_slip, name="weight_slip"),
    path("scales/<code>/reading/", scales.read_scale, name="read_scale"),
]
