"""Page addresses below /head-office/: what is kept for the whole house."""

from django.urls import path

from counter.views import dealers, house, programs, webhooks

urlpatterns = [
    path("", house.head_office, name="head_office"),
    path("programs/", programs.program_list, name="programs"),
    path("programs/<int:client_id>/", programs.program, name="program"),
    path(
        "programs/<int:client_id>/key/",
        programs.make_program_key,
        name="make_program_key",
    ),
    path(
        "programs/<int:client_id>/revoke/",
        programs.revoke_program,
        name="revoke_program",
    ),
    path(
        "programs/keys/<int:key_id>/revoke/",
        programs.revoke_program_key,
        name="revoke_program_key",
    ),
    path("dealers/", dealers.dealer_list, name="dealers"),
    path("dealers/terms/", dealers.put_dealer, name="put_dealer"),
    path("dealers/labour/", dealers.put_level_labour, name="put_level_labour"),
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path(
        "webhooks/<int:webhook_id>/secret/",
        webhooks.make_webhook_secret,
        name="make_webhook_secret",
    ),
    path(
        "webhooks/<int:webhook_id>/secret/<int:secret_id>/remove/",
        webhooks.remove_webhook_secret,
        name="remove_webhook_secret",
    ),
    path(
        "webhooks/<int:webhook_id>/replay/",
        webhooks.replay_deliveries,
        name="replay_deliveries",
    ),
    *(
        path(
            f"webhooks/<int:webhook_id>/{act}/",
            webhooks.move_webhook,
            {"act": act},
            name=f"{act}_webhook",
        )
        for act in webhooks.ACTS
    ),
    path(
        "webhooks/deliveries/<int:delivery_id>/replay/",
        webhooks.replay_delivery,
        name="replay_delivery",
    ),
]
