"""Requests of users: a `Sidecar_Request__c` made in Salesforce is picked up, done, and answered on the record."""
