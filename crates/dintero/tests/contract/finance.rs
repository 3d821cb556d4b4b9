//! The Checkout API: settings, terminals, settlements and payouts.

use dintero::checkout::types::{
    ApiKeyInput, ApprovalStatus, BankAccount, Channel, DateRange, FormSubmitter, FundTransferInput,
    FundTransferType, PayoutDestinationApprovalInput, PayoutInterval, ProfileMerchant,
    ReportDestination, ReportDestinationType, SessionConfigurationInput, SessionProfileInput,
    SettlementReportConfigInput, SettlementReportConfigUpdate, SettlementReportFilter,
    SettlementReportFilterField, TerminalOperationInput, TerminalOperationKind,
    TerminalOperationParameters, TerminalOperationStatus, TestReportOptions,
};

use super::Contract;

/// The first sells the items of the sessions.
pub const SELLERS: [&str; 2] = ["seller-1", "seller-2"];

/// Profiles, the signature secret, API keys, terminals.
pub async fn settings(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let profile = |channel: Channel| {
        let merchant = ProfileMerchant::builder()
            .name("Shop")
            .logo_url("https://shop.example/logo");
        SessionProfileInput::builder()
            .profile_id("mine")
            .description("Mine")
            .configuration(SessionConfigurationInput::builder().channel(channel))
            .merchant(merchant)
    };
    let made = checkout
        .create_session_profile()
        .body(profile(Channel::Ecommerce));
    let made = contract.known(made.send().await);
    assert_eq!(
        (made.profile_id.as_deref(), made.description.as_deref()),
        (Some("mine"), Some("Mine"))
    );
    let read = contract.known(checkout.get_session_profile("mine").send().await);
    assert_eq!(read, made);
    let list = contract.known(checkout.list_session_profiles().limit(10).send().await);
    assert!(list.contains(&made));
    let change = checkout
        .update_session_profile("mine")
        .body(profile(Channel::InApp));
    let change = contract.known(change.send().await);
    assert_eq!(change.configuration.unwrap().channel, Some(Channel::InApp));
    let deleted = contract.known(checkout.delete_session_profile("mine").send().await);
    assert!(deleted.deleted_at.is_some());

    let secret = contract.known(checkout.create_signature_secret().send().await);
    assert!(
        secret
            .signature
            .as_ref()
            .is_some_and(|one| one.secret.is_some())
    );
    let read = contract.known(checkout.get_signature_secret().send().await);
    assert_eq!(read, secret);

    let key = checkout
        .create_api_key()
        .body(ApiKeyInput::builder().name("till"));
    let key = contract.known(key.send().await);
    let id = key.id.unwrap();
    let new = contract.known(checkout.rotate_api_key(&id).send().await);
    assert_eq!(
        (new.id.as_ref(), new.name.as_deref()),
        (Some(&id), Some("till"))
    );
    assert_ne!(new.api_key, key.api_key);
    let deleted = contract.known(checkout.delete_api_key(&id).send().await);
    assert_eq!(
        (deleted.id.as_ref(), deleted.deleted_at.is_some()),
        (Some(&id), true)
    );
    let keys = checkout.list_api_keys().include_deleted(true).limit(10);
    assert_eq!(contract.known(keys.send().await), [deleted]);

    let operator = TerminalOperationParameters::builder().operator_id("7");
    let operation = TerminalOperationInput::builder()
        .terminal_id("terminal-1")
        .operation(TerminalOperationKind::EndOfDay)
        .parameters(operator);
    let operation = checkout
        .create_terminal_operation()
        .idempotency_key("0b9c1a52-6b3b-4f63-8d5e-2f0f6a5a7c11")
        .body(operation);
    let operation = contract.known(operation.send().await);
    let list = checkout
        .list_terminal_operations()
        .terminal_id("terminal-1");
    let list = list.operation_id(operation.id.clone().unwrap());
    let done = contract.known(list.send().await).remove(0);
    assert_eq!(
        (done.id, done.status, done.operation),
        (
            operation.id,
            Some(TerminalOperationStatus::Completed),
            Some(TerminalOperationKind::EndOfDay)
        )
    );
}

/// Two sellers, approved.
pub async fn sellers(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    for seller in SELLERS {
        let bank = BankAccount::builder()
            .bank_account_currency("NOK")
            .payout_currency("NOK")
            .bank_account_number("NO9386011117947");
        let submitter = FormSubmitter::builder()
            .name("Kari")
            .email("kari@shop.example");
        let sent = PayoutDestinationApprovalInput::builder()
            .payout_destination_id(seller)
            .payout_reference("sold")
            .bank_accounts([bank])
            .country_code("NO")
            .form_submitter(submitter)
            .payout_interval_type(PayoutInterval::Weekly)
            .build()
            .unwrap();
        let case = checkout
            .create_payout_destination_approval()
            .body(sent.clone());
        let case = contract.known(case.send().await);
        assert_eq!(
            (
                case.payout_destination_id.as_ref(),
                case.bank_accounts.as_ref(),
                &case.form_submitter
            ),
            (
                Some(&sent.payout_destination_id),
                Some(&sent.bank_accounts),
                &sent.form_submitter
            )
        );
        assert_eq!(case.case_status, Some(ApprovalStatus::Active));
    }
    let cases = checkout
        .list_payout_destination_approvals()
        .payout_destination_id(SELLERS[1])
        .case_status([ApprovalStatus::Active]);
    let cases = contract
        .known(cases.send().await)
        .payout_destinations
        .unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].payout_destination_id.as_deref(), Some(SELLERS[1]));
}

/// Settlements of the captures, and their reports.
pub async fn reports(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let range = DateRange::builder()
        .start_date("2026-01-01")
        .end_date("2026-01-01");
    let report = TestReportOptions::builder()
        .date_range(range)
        .number_of_transactions(5);
    let report = checkout.generate_test_settlement_report().body(report);
    let report = report.send().await.unwrap();
    assert_eq!(report.status(), 201);
    contract.known(Ok(report));
    let settlements = checkout
        .list_settlements()
        .created_at_gte("2026-01-01")
        .payment_provider(["dintero_psp"])
        .limit(10);
    let settlement = contract
        .known(settlements.send().await)
        .items
        .unwrap()
        .remove(0);
    let id = settlement.id.unwrap();
    let file = settlement.attachments.unwrap().remove(0).id.unwrap();
    let file = checkout
        .download_settlement_attachment(&id, file)
        .send()
        .await
        .unwrap();
    assert_eq!(file.status(), 200);
    assert!(String::from_utf8_lossy(&file).contains("transaction_id"));
    let reports = contract.known(checkout.list_reports().limit(5).send().await);
    assert!(reports.reports.unwrap()[0].id.is_some());

    let destination = ReportDestination::builder()
        .destination_type(ReportDestinationType::Email)
        .destination_value("kari@shop.example");
    let filter = SettlementReportFilter::builder()
        .filter(SettlementReportFilterField::PayoutDestinationId)
        .value(SELLERS[0]);
    let sent = SettlementReportConfigInput::builder()
        .filetypes(["csv"])
        .providers(["dintero_psp"])
        .destinations([destination])
        .filters([filter])
        .build()
        .unwrap();
    let made = checkout
        .create_settlement_report_configuration()
        .body(sent.clone());
    let made = contract.known(made.send().await);
    assert_eq!(
        (&made.filetypes, &made.destinations, &made.filters),
        (
            &Some(sent.filetypes),
            &Some(sent.destinations.clone()),
            &sent.filters
        )
    );
    let id = made.id.clone().unwrap();
    let read = checkout
        .get_settlement_report_configuration(&*id)
        .send()
        .await;
    assert_eq!(contract.known(read), made);
    let list = checkout.list_settlement_report_configurations().limit(10);
    assert_eq!(contract.known(list.send().await).items.unwrap(), [made]);
    let change = SettlementReportConfigUpdate::builder()
        .filetypes(["pdf"])
        .providers(["dintero_psp"])
        .destinations(sent.destinations);
    let change = checkout
        .update_settlement_report_configuration(&*id)
        .body(change);
    let change = contract.known(change.send().await);
    assert_eq!(change.filetypes.unwrap(), ["pdf"]);
    let deleted = checkout
        .delete_settlement_report_configuration(&*id)
        .send()
        .await;
    assert_eq!(contract.known(deleted).id, change.id);
}

/// The balances of the sellers, and a transfer between them.
pub async fn payouts(contract: &Contract) {
    let checkout = contract.dintero.checkout();
    let sent = FundTransferInput::builder()
        .fund_transfer_id("transfer-1")
        .type_(FundTransferType::PayoutDestination)
        .source_payout_destination_id(SELLERS[0])
        .destination_payout_destination_id(SELLERS[1])
        .amount(5_000)
        .currency("NOK")
        .reference("rent");
    let made = contract.known(checkout.create_fund_transfer().body(sent).send().await);
    let made = made.fund_transfer.unwrap();
    assert_eq!(
        (&*made.fund_transfer_id, made.amount),
        ("transfer-1", 5_000)
    );
    let balances = checkout
        .get_payout_destination_balances(SELLERS[0])
        .send()
        .await;
    let balances = contract
        .known(balances)
        .payout_destination_balances
        .unwrap();
    assert_eq!(balances[0].currency, "NOK");
    let transfers = checkout.list_payout_destination_transfers(SELLERS[0]);
    let transfers = transfers.currency("NOK").limit(10).send().await;
    let transfers = contract.known(transfers).entries.unwrap();
    assert_eq!(transfers[0].payout_destination_id, SELLERS[0]);
}
